using NodeManager.Kubernetes.Models;
using NodeManager.Sandbox.Api.Faults;
using NodeManager.Sandbox.Controllers.Runtime;

namespace NodeManager.Sandbox.Kubelet;

/// <summary>
/// The network plugin and problem detector of a node. A condition appears with its first problem, and is False afterwards.
/// </summary>
internal sealed class NodeDetectors(ControllerContext context) : Controller(context)
{
    private const string Network = SandboxFaultKind.NetworkUnavailable;

    // Conditions of other clients are kept.
    private readonly Dictionary<string, HashSet<string>> _reported = new(StringComparer.Ordinal);

    public override IReadOnlyList<ResourceKind> Kinds { get; } = [BuiltInKinds.Nodes];

    public override void Observe(Change change)
    {
        if (change.Type == ChangeType.Added)
            Enqueue(change.Object);
    }

    public override void ObserveFault(Fault fault)
    {
        if (!FaultRules.IsDetected(fault.Kind))
            return;
        foreach (StoredObject node in Store.List(BuiltInKinds.Nodes).Objects.Walk())
            if (fault.Covers(node.Name))
                Enqueue(node);
    }

    protected override void Reconcile(ObjectKey key)
    {
        if (Get(key) is not { } stored || stored.As<Node>().IsAlive() != true)
            return;
        HashSet<string> problems = new(Context.Faults.ProblemsOf(key.Name), StringComparer.Ordinal);
        if (Context.Faults.IsHit(Network, key.Name))
            problems.Add(Network);
        HashSet<string> reported = _reported.GetValueOrDefault(key.Name) ?? [];
        (string Type, bool IsTrue)[] changes =
        [
            .. problems.Except(reported).Select(static type => (type, true)),
            .. reported.Except(problems).Select(static type => (type, false)),
        ];
        if (changes.Length == 0)
            return;
        Registry
            .As(new("node-problem-detector"))
            .UpdateStatus(
                stored.Kind,
                "",
                stored.Name,
                document =>
                {
                    JsonObject status = document.Ensure("status");
                    foreach ((string type, bool isTrue) in changes)
                    {
                        (string reason, string message) = TextsOf(type, isTrue);
                        status.SetCondition(type, isTrue ? "True" : "False", Registry.Now, reason, message);
                        status.Condition(type)!["lastHeartbeatTime"] = Registry.Now;
                    }

                    return document;
                }
            );
        _reported[key.Name] = problems;
    }

    // Source: the configuration files of node-problem-detector, and Calico's conditions.
    private static (string Reason, string Message) TextsOf(string type, bool isTrue) =>
        (type, isTrue) switch
        {
            (Network, true) => ("CalicoIsDown", "Calico is shutting down on this node"),
            (Network, false) => ("CalicoIsUp", "Calico is running on this node"),
            (NodeProblemCondition.KernelDeadlock, true) => (
                "DockerHung",
                "kernel: INFO: task docker:20744 blocked for more than 120 seconds."
            ),
            (NodeProblemCondition.KernelDeadlock, false) => ("KernelHasNoDeadlock", "kernel has no deadlock"),
            (NodeProblemCondition.ReadonlyFilesystem, true) => ("FilesystemIsReadOnly", "kernel: Remounting filesystem read-only"),
            (NodeProblemCondition.ReadonlyFilesystem, false) => ("FilesystemIsNotReadOnly", "Filesystem is not read-only"),
            (_, true) => (type, $"{type} was detected on the node"),
            (_, false) => ("No" + type, "node is functioning properly"),
        };
}
