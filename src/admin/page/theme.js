// Runs before the page is drawn, so that a chosen theme does not flash. Without a choice, the system's theme holds.
{
  const chosen = localStorage.getItem('miner-theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
}
