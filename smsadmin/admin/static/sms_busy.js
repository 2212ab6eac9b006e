// A button whose request takes seconds says so and cannot be pressed twice; without scripts the server sees to it.
document.querySelectorAll("[data-sms-busy]").forEach(function (button) {
  var word = button.textContent;
  button.form.addEventListener("submit", function () {
    button.disabled = true;
    button.textContent = button.dataset.smsBusy;
  });
  // Whoever comes back by the browser's own button finds the page as it was left.
  window.addEventListener("pageshow", function () {
    button.disabled = false;
    button.textContent = word;
  });
});
