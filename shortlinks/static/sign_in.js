// Posts the login form by itself once a person sees the page: not while it is prerendered or in the background.
(function () {
  "use strict";
  var form = document.getElementById("sign-in");
  // Once only: whoever comes back from the target finds the button.
  var posted = false;

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
