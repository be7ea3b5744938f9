/** The pages of the console. The code of each is loaded when it is first shown. */
export const pages = {
  nodes: () => import('../nodes/NodesPage.svelte'),
  node: () => import('../nodes/NodePage.svelte'),
  alerts: () => import('../alerts/AlertsPage.svelte'),
  pools: () => import('../pools/PoolsPage.svelte'),
  pool: () => import('../pools/PoolPage.svelte'),
  autoscaler: () => import('../autoscaler/AutoscalerPage.svelte'),
  maintenances: () => import('../maintenance/MaintenancesPage.svelte'),
  maintenance: () => import('../maintenance/MaintenancePage.svelte'),
  agents: () => import('../agents/AgentsPage.svelte'),
  activity: () => import('../activity/ActivityPage.svelte'),
  scheduler: () => import('../scheduler/SchedulerPage.svelte'),
  missing: () => import('./MissingPage.svelte'),
};
