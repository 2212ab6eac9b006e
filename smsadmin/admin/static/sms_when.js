// Of the fields and sentences about the time only those that count are shown; without scripts all of them stand there.
document.querySelectorAll("form").forEach(function (form) {
  var parts = form.querySelectorAll("[data-sms-when]");
  if (!parts.length) { return; }
  function show() {
    var chosen = form.querySelector("[name=trigger]:checked");
    if (!chosen) { return; }
    var now = [chosen.value];
    now.push(form.querySelector("[name=timed]").checked ? "timed" : "untimed");
    parts.forEach(function (part) {
      part.hidden = !part.dataset.smsWhen.split(" ").every(function (word) { return now.includes(word); });
      // What is hidden is not sent either.
      if ("disabled" in part) { part.disabled = part.hidden; }
    });
  }
  form.addEventListener("change", show);
  // Whoever comes back by the browser's own button finds the ticks as he left them.
  window.addEventListener("pageshow", show);
  show();
});
