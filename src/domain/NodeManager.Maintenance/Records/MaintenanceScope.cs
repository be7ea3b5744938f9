using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Options;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>The state shared by all parts of one maintenance.</summary>
public sealed class MaintenanceScope : RunScope
{
    public MaintenanceScope(
        NodeManagerSession session,
        ClusterConnection connection,
        MaintenanceRequest request,
        IMaintenanceObserver observer,
        CancellationToken caller
    )
        : base(session, connection, MaintenanceErrors.Instance, request.Namespace, observer, caller)
    {
        Request = request;
        Listener = observer;
        LeaseDuration = request.LeaseDuration;
    }

    public MaintenanceRequest Request { get; }

    public IMaintenanceObserver Listener { get; }
}
