using System.Globalization;

namespace NodeManager.NodePools.Updates.Decisions;

/// <summary>The additional machines and missing nodes that an update may have.</summary>
/// <param name="Surge">Machines beyond the desired number.</param>
/// <param name="Unavailable">Nodes that may be missing.</param>
public readonly record struct SurgeLimit(int Surge, int Unavailable)
{
    /// <param name="surge">A number, or a percentage of the desired nodes, rounded up.</param>
    /// <param name="unavailable">A number, or a percentage, rounded down.</param>
    /// <param name="desired">The desired nodes of the pool.</param>
    /// <exception cref="NodeManagerException">PoolUpdateInvalid: one is not a number, or both are zero.</exception>
    public static SurgeLimit Of(string surge, string unavailable, int desired)
    {
        SurgeLimit limit = new(
            Resolve("-MaxSurge", surge, desired, roundUp: true),
            Math.Min(desired, Resolve("-MaxUnavailable", unavailable, desired, roundUp: false))
        );
        return limit is { Surge: 0, Unavailable: 0 } && desired > 0
            ? throw Invalid(
                $"MaxSurge {surge} and MaxUnavailable {unavailable} of {desired} nodes are both 0, so no node can be replaced.",
                unavailable,
                "Set MaxSurge or MaxUnavailable to 1 or more."
            )
            : limit;
    }

    public static NodeManagerException Invalid(string message, object? target, string advice) =>
        new(ErrorIds.PoolUpdateInvalid, ErrorKind.InvalidArgument, message, target, advice);

    private static int Resolve(string parameter, string text, int desired, bool roundUp)
    {
        string trimmed = text.Trim();
        string number = trimmed.EndsWith('%') ? trimmed[..^1] : trimmed;
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && (number == trimmed || value <= 100)
            ? new IntOrString(trimmed).Resolve(desired, roundUp)
            : throw Invalid($"{parameter} '{text}' is not a valid limit: it is a number from 0, or 0% to 100%.", text, "Write 2, or 10%.");
    }
}
