using NodeManager.Maintenance.Batches;
using NodeManager.Maintenance.Options;
using NodeManager.Maintenance.Records;
using NodeManager.Runs;
using NodeManager.Runs.Claims;

namespace NodeManager.Maintenance.Execution;

/// <summary>A run held by this process, with all of its nodes claimed.</summary>
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
