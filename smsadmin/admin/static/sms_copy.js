// A button beside a field that is there to be copied; without scripts the field alone can be selected.
document.querySelectorAll("[data-sms-copy]").forEach(function (button) {
  var field = button.parentNode.querySelector("input");
  button.hidden = false;
  field.addEventListener("focus", function () { field.select(); });
  button.addEventListener("click", function () {
    function say() { button.textContent = button.dataset.smsCopy; }
    function byHand() {
      // Without https a browser has no clipboard for scripts.
      field.select();
      if (document.execCommand("copy")) { say(); }
    }
    if (navigator.clipboard) { navigator.clipboard.writeText(field.value).then(say, byHand); } else { byHand(); }
  });
});
