using NodeManager.Core.Machines;

namespace NodeManager.Autoscaling.Providers;

/// <summary>The provider's own findings, or those derived from its list of machines.</summary>
internal static class ProviderFindings
{
    public static async Task<IReadOnlyList<MachineProviderFinding>> ReadAsync(
        IMachineProvider provider,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<MachineProviderFinding> findings = provider is ITestableMachineProvider testable
            ? await testable.TestAsync(cancellationToken)
            : [];
        if (findings.Count > 0)
            return findings;
        MachineListResult list = await provider.ListAsync(cancellationToken);
        string check = list.Outcome switch
        {
            MachineOutcome.Unauthorized => "Credentials",
            MachineOutcome.Forbidden => "Permissions",
            _ => "Reachable",
        };
        return list.Outcome == MachineOutcome.Succeeded
            ? [new(check, true, $"The provider lists {list.Machines.Count} machines.")]
            : [new(check, false, list.Reason) { Action = "See the documentation of the provider's author." }];
    }

    /// <summary>The most severe failed finding; null: none, or only risks.</summary>
    public static MachineProviderFinding? Worst(this IReadOnlyList<MachineProviderFinding> findings) =>
        findings.Where(static one => !one.Passed && one.Weight != MachineFindingWeight.Risk).MinBy(static one => one.Weight);
}
