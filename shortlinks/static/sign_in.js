// Posts the login form by itself once a person sees the page: not while it is prerendered or in the background, and
// not for whoever comes back to it: the back button would lead him on again for ever.
(function () {
  "use strict";
  var form = document.getElementById("sign-in");
  var ways = performance.getEntriesByType("navigation");
  var posted = ways.length > 0 && ways[0].type === "back_forward";

  function postWhenSeen() {
    if (posted || document.prerendering || document.visibilityState !== "visible") {
      return;
    }
    posted = true;
    form.submit();
  }

  document.addEventListener("prerenderingchange", postWhenSeen);
  document.addEventListener("visibilitychange", postWhenSeen);
  postWhenSeen();
})();
