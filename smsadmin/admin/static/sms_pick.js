// One box that ticks all boxes of the page; without scripts it is not there, and each is ticked by hand.
document.querySelectorAll("[data-sms-pick-all]").forEach(function (label) {
  var all = label.querySelector("input");
  var picks = label.closest("form").querySelectorAll('input[name="pick"]');
  label.hidden = false;
  all.addEventListener("change", function () {
    picks.forEach(function (pick) { pick.checked = all.checked; });
  });
  picks.forEach(function (pick) {
    pick.addEventListener("change", function () {
      all.checked = Array.prototype.every.call(picks, function (one) { return one.checked; });
    });
  });
});
