using System.Text.Json;
using NodeManager.Core.Errors;
using NodeManager.Core.Machines;
using NodeManager.Kubernetes.Quantities;
using NodeManager.Kubernetes.Validation;

namespace NodeManager.Autoscaling.Resources;

/// <summary>
/// The rules of the CustomResourceDefinitions in <c>deploy/crds</c>, for servers that do not evaluate them (before 1.25, and the embedded
/// one), and those that a schema cannot express: qualified names, labels, networks.
/// </summary>
public static partial class NodeSmithRules
{
    /// <summary>Empty for a valid object.</summary>
    public static IReadOnlyList<FieldProblem> Check(NodeSmithClaim claim)
    {
        var problems = new FieldProblems();
        problems.Add("spec.poolRef", claim.Spec.PoolRef.Length == 0, "must not be empty");
        problems.Add("spec.requirements", claim.Spec.Requirements?.CpuCores <= 0, "cpuCores must be positive");
        problems.Add("spec.requirements", claim.Spec.Requirements?.MemoryMiB <= 0, "memoryMiB must be positive");
        problems.AddDuration("spec.terminationGracePeriod", claim.Spec.TerminationGracePeriod);
        return problems.Found;
    }

    /// <inheritdoc cref="Check(NodeSmithClaim)"/>
    public static IReadOnlyList<FieldProblem> Check(NodeSmithControlPlane plane)
    {
        var problems = new FieldProblems();
        foreach (string pool in plane.Spec.Pools ?? [])
            problems.Add("spec.pools", KubernetesNames.CheckSubdomain(pool));
        return problems.Found;
    }

    /// <inheritdoc cref="Check(NodeSmithClaim)"/>
    /// <exception cref="JsonException">A value that the provider's type reads has the wrong type.</exception>
    public static IReadOnlyList<FieldProblem> Check(NodeSmithProvider provider)
    {
        var problems = new FieldProblems();
        problems.Add(
            "spec",
            LabelRules.CheckKey(provider.Spec.Type) is not null,
            "type must be a qualified name such as proxmox, redfish or example.com/cloud"
        );
        return [.. problems.Found, .. MachineProviderRegistry.Shared.Check(provider.Spec.ToElement())];
    }

    /// <inheritdoc cref="Check(NodeSmithClaim)"/>
    public static IReadOnlyList<FieldProblem> Check(NodeSmithPool pool)
    {
        NodeSmithPoolSpec spec = pool.Spec;
        NodeSmithPoolLimits limits = spec.Limits;
        var problems = new FieldProblems();
        // Its claims carry it as a label.
        problems.Add("metadata.name", LabelRules.CheckValue(pool.Metadata.Name));
        problems.Add("spec.providerRef", KubernetesNames.CheckSubdomain(spec.ProviderRef));
        problems.Add("spec.poolLabelKey", spec.PoolLabelKey is null ? null : LabelRules.CheckKey(spec.PoolLabelKey));
        problems.Add("spec.limits", limits.MinNodes < 0, "minNodes must be non-negative");
        problems.Add(
            "spec.limits",
            limits.MaxNodes != 0 && limits.MaxNodes < limits.MinNodes,
            "maxNodes must be zero (unlimited) or >= minNodes"
        );
        problems.Add("spec.limits", limits.CpuCores < 0, "cpuCores must be zero (unlimited) or positive");
        problems.Add("spec.limits", limits.MemoryMiB < 0, "memoryMiB must be zero (unlimited) or positive");
        problems.Add(
            "spec",
            spec.NodeCount is { } count && (count < 0 || count < limits.MinNodes || (limits.MaxNodes != 0 && count > limits.MaxNodes)),
            "nodeCount must be between limits.minNodes and limits.maxNodes"
        );
        problems.AddDuration("spec.registrationTimeout", spec.RegistrationTimeout, isPositive: true);
        problems.AddDuration("spec.scaleUp.stabilizationWindow", spec.ScaleUp?.StabilizationWindow);
        problems.AddDuration("spec.scaleDown.stabilizationWindow", spec.ScaleDown?.StabilizationWindow);
        problems.Add("spec.headroom", spec.Headroom?.CpuCores < 0 || spec.Headroom?.MemoryMiB < 0, "must be non-negative");
        problems.Add(
            "spec.scaleDown.consolidation.mode",
            spec.ScaleDown?.Consolidation?.Mode is not (null or "Disabled" or "SingleNode" or "MultiNode"),
            "must be Disabled, SingleNode or MultiNode"
        );
        problems.AddDuration("spec.scaleDown.expireAfter", spec.ScaleDown?.ExpireAfter, isPositive: true);
        foreach (NodeSmithBudget budget in spec.ScaleDown?.Budgets ?? [])
            CheckBudget(problems, budget);
        CheckTemplate(problems, spec.MachineTemplate);
        problems.Add("spec.price.currency", spec.Price is { Currency: "" }, "must not be empty");
        foreach ((string field, string? amount) in spec.Price?.Amounts ?? [])
            problems.Add(
                $"spec.price.{field}",
                amount is not null && NodeSmithPrice.Parse(amount) is null,
                "must be a decimal number such as 0.25"
            );
        return problems.Found;
    }

    private static void CheckTemplate(FieldProblems problems, NodeSmithMachineTemplate template)
    {
        const string path = "spec.machineTemplate";
        foreach ((string key, string value) in template.Labels ?? [])
            problems.Add($"{path}.labels", LabelRules.CheckKey(key) ?? LabelRules.CheckValue(value));
        CheckTaints(problems, $"{path}.taints", template.Taints);
        CheckTaints(problems, $"{path}.startupTaints", template.StartupTaints);
        problems.AddDuration($"{path}.terminationGracePeriod", template.TerminationGracePeriod);
        problems.Add($"{path}.minimum", template.Minimum?.CpuCores < 1 || template.Minimum?.MemoryMiB < 1, "must be at least 1");
        CheckReserved(problems, $"{path}.systemReserved", template.SystemReserved);
        CheckResources(problems, $"{path}.resources", template.Resources);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeSmithShape shape in template.Shapes ?? [])
        {
            problems.Add($"{path}.shapes", KubernetesNames.CheckLabel(shape.Name));
            problems.Add($"{path}.shapes", !names.Add(shape.Name), $"the name '{shape.Name}' must be unique");
            problems.Add($"{path}.shapes", shape.CpuCores < 1 || shape.MemoryMiB < 1, "cpuCores and memoryMiB must be at least 1");
            CheckResources(problems, $"{path}.shapes[{shape.Name}].resources", shape.Resources);
            CheckReserved(problems, $"{path}.shapes[{shape.Name}].systemReserved", shape.SystemReserved);
            foreach ((string key, string value) in shape.Labels ?? [])
                problems.Add($"{path}.shapes[{shape.Name}].labels", LabelRules.CheckKey(key) ?? LabelRules.CheckValue(value));
        }
    }

    private static void CheckReserved(FieldProblems problems, string path, NodeSmithSystemReserved? reserved)
    {
        problems.Add(path, reserved?.CpuMillicores < 0 || reserved?.MemoryMiB < 0, "must be non-negative");
        CheckResources(problems, $"{path}.resources", reserved?.Resources);
    }

    private static void CheckResources(FieldProblems problems, string path, Dictionary<string, Quantity>? resources)
    {
        foreach ((string name, Quantity amount) in resources ?? [])
        {
            problems.Add(path, LabelRules.CheckKey(name));
            problems.Add(path, name is "cpu" or "memory", $"{name} is set by cpuCores and memoryMiB, or by cpuMillicores and memoryMiB");
            problems.Add(path, amount.Value < 0, $"{name} must be non-negative");
            problems.Add(
                path,
                (name == "pods" || ExpectedResources.IsDevice(name)) && amount.Value != decimal.Truncate(amount.Value),
                $"{name} must be a whole number"
            );
        }
    }

    private static void CheckTaints(FieldProblems problems, string path, List<Taint>? taints)
    {
        var known = new HashSet<(string, string)>();
        foreach (Taint taint in taints ?? [])
        {
            problems.Add(
                path,
                TaintRules.CheckKey(taint.Key) ?? TaintRules.CheckValue(taint.Value) ?? TaintRules.CheckEffect(taint.Effect)
            );
            problems.Add(path, !known.Add((taint.Key, taint.Effect)), $"key {taint.Key} with effect {taint.Effect} must be unique");
        }
    }

    private static void CheckBudget(FieldProblems problems, NodeSmithBudget budget)
    {
        const string path = "spec.scaleDown.budgets";
        problems.Add($"{path}.nodes", !BudgetNodes().IsMatch(budget.Nodes), "must be a number or a percentage up to 100%");
        problems.Add(path, budget.Schedule is null != budget.Duration is null, "schedule and duration must be set together");
        problems.Add(
            $"{path}.schedule",
            budget.Schedule is { } schedule && !Schedule().IsMatch(schedule),
            "must be a cron expression of five fields"
        );
        problems.AddDuration($"{path}.duration", budget.Duration, isPositive: true);
        problems.Add(
            $"{path}.reasons",
            budget.Reasons?.TrueForAll(static one => one is "Empty" or "Underutilized" or "Drifted" or "Expired") == false,
            "must be Empty, Underutilized, Drifted or Expired"
        );
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"^((100|[0-9]{1,2})%|[0-9]{1,9})$")]
    private static partial System.Text.RegularExpressions.Regex BudgetNodes();

    [System.Text.RegularExpressions.GeneratedRegex(@"^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|\S+( +\S+){4})$")]
    private static partial System.Text.RegularExpressions.Regex Schedule();
}
