// The end of a log-in by redirect: the token goes where sign-in.js keeps it, and out of this document.
const main = document.getElementById('signed-in');
sessionStorage.setItem('heng-token', main.dataset.token);
delete main.dataset.token;
location.replace('/');
