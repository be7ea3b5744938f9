using NodeManager.Core.Operations;
using NodeManager.Core.Sessions;
using NodeManager.Monitoring;
using NodeManager.Monitoring.Alerts;

namespace NodeManager.Jobs;

/// <summary>A health monitor as a job that outputs the transitions of alerts. It runs until stopped.</summary>
internal sealed class NodeHealthMonitorJob : OperationJob
{
    private readonly IReadOnlyList<MonitorRequest> _requests;

    /// <param name="command">Without parameter values: they may include a webhook's address.</param>
    /// <param name="name">Null: PowerShell generates one.</param>
    public NodeHealthMonitorJob(string command, string? name, IReadOnlyList<MonitorRequest> requests)
        : base(command, HealthMonitoring.Kind, requests.Select(static request => request.Session))
    {
        _requests = requests;
        if (name is not null)
            Name = name;
    }

    public override string StatusMessage
    {
        get
        {
            try
            {
                int open = _requests.Sum(static request =>
                    request.Session.Get<NodeAlerts>().List().Count(static alert => alert.Status == NodeAlertStatus.Firing)
                );
                return open == 1 ? "1 open alert" : $"{open} open alerts";
            }
            catch (Exception)
            {
                // The session has ended.
                return "";
            }
        }
    }

    protected override RunningOperation StartOperation() => HealthMonitoring.Start(_requests);

    protected override void Show(OperationEvent happened)
    {
        base.Show(happened);
        // Unread output is limited.
        while (Output.Count > HealthMonitoring.OutputLimit)
            Output.RemoveAt(0);
        while (Verbose.Count > HealthMonitoring.OutputLimit)
            Verbose.RemoveAt(0);
        while (Warning.Count > HealthMonitoring.OutputLimit)
            Warning.RemoveAt(0);
    }
}
