import type { Route } from './frame/routes';

/** The code of each page, which is loaded when the page is first shown. */
export const pages = {
  nodes: () => import('./nodes/NodesPage.svelte'),
  node: () => import('./nodes/NodePage.svelte'),
  alerts: () => import('./alerts/AlertsPage.svelte'),
  pools: () => import('./pools/PoolsPage.svelte'),
  pool: () => import('./pools/PoolPage.svelte'),
  autoscaler: () => import('./autoscaler/AutoscalerPage.svelte'),
  maintenances: () => import('./maintenance/MaintenancesPage.svelte'),
  maintenance: () => import('./maintenance/MaintenancePage.svelte'),
  agents: () => import('./agents/AgentsPage.svelte'),
  activity: () => import('./activity/ActivityPage.svelte'),
  scheduler: () => import('./scheduler/SchedulerPage.svelte'),
  missing: () => import('./frame/MissingPage.svelte'),
} satisfies Record<Route['page'], () => Promise<unknown>>;
