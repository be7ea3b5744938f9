using NodeManager.Kubernetes.Validation;
using NodeManager.Sandbox.Model.Kinds.Errors;
using NodeManager.Sandbox.Model.Kinds.Selectors;

namespace NodeManager.Sandbox.Api.Faults;

internal static class FaultRules
{
    private static readonly string[] Verbs = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

    public static bool IsOfNodes(string kind) =>
        kind
            is SandboxFaultKind.NodeDown
                or SandboxFaultKind.KubeletDown
                or SandboxFaultKind.KubeletPaused
                or SandboxFaultKind.NodeFlapping
                or SandboxFaultKind.NodeSlow
                or SandboxFaultKind.ClockSkew
                or SandboxFaultKind.ImageGarbageCollection
        || IsPressure(kind)
        || IsDetected(kind);

    /// <summary>Reported by a problem detector instead of the kubelet.</summary>
    public static bool IsDetected(string kind) => kind is SandboxFaultKind.NetworkUnavailable or SandboxFaultKind.NodeProblem;

    public static bool IsPressure(string kind) =>
        kind is SandboxFaultKind.MemoryPressure or SandboxFaultKind.DiskPressure or SandboxFaultKind.PIDPressure;

    public static bool IsOfPods(string kind) =>
        kind is SandboxFaultKind.PodNeverReady or SandboxFaultKind.PodUnready or SandboxFaultKind.PodNeverEnds;

    /// <summary>The request with normalized kind and defaults.</summary>
    public static FaultRequest Complete(FaultRequest request)
    {
        string kind =
            SandboxFaultKind.All.FirstOrDefault(one => one.Equals(request.Kind, StringComparison.OrdinalIgnoreCase))
            ?? throw Invalid(
                request,
                $"'{request.Kind}' is not a kind of fault.",
                $"Specify one of {string.Join(", ", SandboxFaultKind.All)}."
            );
        bool isOfNodes = IsOfNodes(kind),
            isOfPods = IsOfPods(kind);
        Require(request, isOfNodes || isOfPods || request.Nodes.Count == 0, kind, "nodes");
        Require(request, isOfPods || request is { PodSelector: null, Workload: null }, kind, "a pod selector or a workload");
        Require(request, !isOfNodes || request.Namespace is null, kind, "a namespace");
        Require(request, !(isOfNodes || isOfPods) || request is { Resources.Count: 0, Verbs.Count: 0 }, kind, "resources or verbs");
        Require(request, request.RetryAfter is null || kind is SandboxFaultKind.ApiThrottled, kind, "a time to wait");
        Require(request, request.Delay is null || kind is SandboxFaultKind.ApiSlow or SandboxFaultKind.NodeSlow, kind, "a delay");
        Require(request, request.Period is null || kind is SandboxFaultKind.NodeFlapping or SandboxFaultKind.WatchCut, kind, "a period");
        Require(request, request.Offset is null || kind is SandboxFaultKind.ClockSkew, kind, "offset");
        Require(request, request.Condition is null || kind is SandboxFaultKind.NodeProblem, kind, "condition");
        CheckCondition(request);
        if (request.Verbs.FirstOrDefault(verb => !Verbs.Contains(verb, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw Invalid(request, $"'{unknown}' is not a verb of the API.", $"Specify some of {string.Join(", ", Verbs)}.");
        if (request.Percent is < 1 or > 100)
            throw Invalid(request, $"{request.Percent} is not a percentage from 1 to 100.", null);
        foreach (TimeSpan? duration in (ReadOnlySpan<TimeSpan?>)[request.For, request.Delay, request.Period])
            if (duration <= TimeSpan.Zero)
                throw Invalid(request, $"{duration} is not a valid duration.", "Specify a duration above zero.");
        CheckSelector(request);
        return request with
        {
            Kind = kind,
            RetryAfter = request.RetryAfter ?? (kind == SandboxFaultKind.ApiThrottled ? TimeSpan.FromSeconds(1) : null),
            Delay =
                request.Delay
                ?? kind switch
                {
                    SandboxFaultKind.ApiSlow => TimeSpan.FromSeconds(2),
                    SandboxFaultKind.NodeSlow => TimeSpan.FromSeconds(30),
                    _ => null,
                },
            Period =
                request.Period
                ?? kind switch
                {
                    SandboxFaultKind.NodeFlapping => TimeSpan.FromMinutes(2),
                    SandboxFaultKind.WatchCut => TimeSpan.FromSeconds(30),
                    _ => null,
                },
            Offset = request.Offset ?? (kind == SandboxFaultKind.ClockSkew ? TimeSpan.FromMinutes(5) : null),
            Condition = request.Condition ?? (kind == SandboxFaultKind.NodeProblem ? NodeProblemCondition.KernelDeadlock : null),
        };
    }

    // The control plane would revert its own conditions.
    private static void CheckCondition(FaultRequest request)
    {
        if (request.Condition is not { } type)
            return;
        if (
            type
            is "Ready"
                or SandboxFaultKind.MemoryPressure
                or SandboxFaultKind.DiskPressure
                or SandboxFaultKind.PIDPressure
                or SandboxFaultKind.NetworkUnavailable
        )
            throw Invalid(request, $"The condition {type} is not a problem detector's.", "Use the kind of fault that stands for it.");
        if (LabelRules.CheckKey(type) is { } rule)
            throw Invalid(request, $"'{type}' is not a valid type of a condition: {rule}.", null);
    }

    private static void CheckSelector(FaultRequest request)
    {
        try
        {
            LabelQuery.Parse(request.PodSelector);
        }
        catch (ApiException fault)
        {
            throw new NodeManagerException(
                ErrorIds.InvalidSelector,
                ErrorKind.InvalidArgument,
                $"'{request.PodSelector}' is not a label selector: {fault.Message}",
                request.PodSelector,
                "Write app=web, 'app in (web, api)' or !app, with commas between.",
                fault
            );
        }
    }

    private static void Require(FaultRequest request, bool holds, string kind, string what)
    {
        if (!holds)
            throw Invalid(request, $"A fault of kind {kind} takes no {what.Replace("a ", "", StringComparison.Ordinal)}.", null);
    }

    private static NodeManagerException Invalid(FaultRequest request, string message, string? action) =>
        new(ErrorIds.SandboxFaultInvalid, ErrorKind.InvalidArgument, message, request.Kind, action);
}
