using NodeManager.Core.Maintenance.Claims;
using NodeManager.Core.Maintenance.Options;
using NodeManager.Core.Maintenance.Rules;
using NodeManager.Core.Maintenance.State;

namespace NodeManager.Core.Maintenance.Running;

/// <summary>A run that is ours, with all of its nodes claimed.</summary>
internal sealed record RunStart(
    MaintenanceOptions Options,
    UnavailabilityLimit Limit,
    IReadOnlyList<MaintenanceWindow> Windows,
    RunRecord Run,
    RunStore Store,
    RunLease Lease,
    ClaimWriter Claims,
    RunProgressLog Ledger,
    MaintenanceProgress Progress
);
