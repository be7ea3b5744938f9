using NodeManager.Core.Sessions;
using NodeManager.Maintenance.Options;
using NodeManager.Runs;

namespace NodeManager.Maintenance.Records;

/// <summary>What all parts of one maintenance share.</summary>
public sealed class MaintenanceScope : RunScope
{
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public MaintenanceScope(
        NodeManagerSession session,
        ClusterConnection connection,
        MaintenanceRequest request,
        IMaintenanceObserver observer,
        CancellationToken caller
    )
        : base(session, connection, MaintenanceErrors.Instance, observer, caller)
    {
        Request = request;
        Listener = observer;
        Namespace = request.Namespace;
        LeaseDuration = request.LeaseDuration;
    }

    public MaintenanceRequest Request { get; }

    /// <summary>Receives the starts and ends of nodes.</summary>
    public IMaintenanceObserver Listener { get; }
}
