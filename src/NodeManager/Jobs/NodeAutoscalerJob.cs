using NodeManager.Autoscaling.Host;
using NodeManager.Autoscaling.Reconciliation;
using NodeManager.Core.Operations;

namespace NodeManager.Jobs;

/// <summary>An autoscaler as a job. It runs until stopped and reports its steps in the verbose stream.</summary>
internal sealed class NodeAutoscalerJob(string command, NodeManagerSession session, AutoscalerOptions options)
    : OperationJob(command, AutoscalerHost.Kind, [session])
{
    public override string StatusMessage => $"namespace {options.Namespace}";

    protected override RunningOperation StartOperation() => AutoscalerHost.Start(session, options);
}
