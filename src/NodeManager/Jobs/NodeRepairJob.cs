using NodeManager.Core.Operations;
using NodeManager.Monitoring.Repair;
using NodeManager.Monitoring.Repair.Execution;

namespace NodeManager.Jobs;

/// <summary>Repairs as a job that outputs their results. It runs until stopped; cordoned nodes stay cordoned.</summary>
internal sealed class NodeRepairJob : OperationJob
{
    private readonly IReadOnlyList<RepairRequest> _requests;
    private int _repaired;
    private int _failed;

    /// <param name="name">Null: PowerShell generates one.</param>
    public NodeRepairJob(string command, string? name, IReadOnlyList<RepairRequest> requests)
        : base(command, NodeRepairer.Kind, requests.Select(static request => request.Session))
    {
        _requests = requests;
        if (name is not null)
            Name = name;
    }

    public override string StatusMessage => $"{Volatile.Read(ref _repaired)} repaired, {Volatile.Read(ref _failed)} failed";

    protected override RunningOperation StartOperation() => NodeRepairer.Start(_requests);

    protected override void Show(OperationEvent happened)
    {
        if (happened is OperationOutput { Value: NodeRepairResult result })
        {
            if (result.Status is NodeRepairStatus.Repaired or NodeRepairStatus.Recovered)
                Interlocked.Increment(ref _repaired);
            if (result.Status == NodeRepairStatus.Failed)
                Interlocked.Increment(ref _failed);
        }

        base.Show(happened);
        // Unread output is limited.
        while (Output.Count > NodeRepairer.OutputLimit)
            Output.RemoveAt(0);
        while (Verbose.Count > NodeRepairer.OutputLimit)
            Verbose.RemoveAt(0);
        while (Warning.Count > NodeRepairer.OutputLimit)
            Warning.RemoveAt(0);
        while (Error.Count > NodeRepairer.OutputLimit)
            Error.RemoveAt(0);
    }
}
