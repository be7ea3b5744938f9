using System.Globalization;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

/// <summary>Validates against the service's specification, and warns of accepted but unlikely values.</summary>
public static class PoolSpecRules
{
    private const int LongestName = 63;
    private const string Root = "spec";

    private static readonly string[] ScalingFields =
    [
        "enabled",
        "minNodes",
        "maxNodes",
        "targetCPUUtilization",
        "targetMemoryUtilization",
        "scaleDownDelay",
        "scaleUpDelay",
    ];

    /// <param name="name">Null to skip its check.</param>
    public static IReadOnlyList<NodePoolFinding> Check(string? name, JsonObject spec)
    {
        var findings = new PoolFindings();
        if (name is not null && CheckName(name) is { } rule)
            findings.Error("name", rule);
        Unknown(findings, spec, PoolFields.Known, Root);
        if (findings.Object(spec, "platform", Root) is { } platform)
            PlatformRules.Check(findings, platform, $"{Root}.platform");
        else if (spec["platform"] is null)
            findings.Error($"{Root}.platform", "is required");
        int? count = findings.Integer(spec, "nodeCount", Root, 0);
        if (findings.Object(spec, "autoscaling", Root) is { } scaling)
            CheckScaling(findings, scaling, count);
        else if (spec["autoscaling"] is null && spec["nodeCount"] is null)
            findings.Warning($"{Root}.nodeCount", "is not given, and autoscaling is off: the service decides how many nodes the pool has");
        return findings.Found;
    }

    /// <summary>The rule that a pool's name violates; null for a valid name.</summary>
    public static string? CheckName(string name) =>
        name.Length is 0 or > LongestName || name.Any(static letter => letter is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"'{name}' is not valid: a name has 1 to {LongestName} characters, which are lower-case letters, digits and '-'"
            )
            : null;

    public static IReadOnlyList<string> DiskTypesOf(string? platform) =>
        [
            .. NodePoolPlatformType
                .All.Where(type => platform is null or "" || type == platform)
                .SelectMany(static type => PlatformFields.Of(type)!.DiskTypes),
        ];

    /// <summary>Checks a platform alone.</summary>
    /// <exception cref="NodeManagerException">NodePoolInvalid, NodePoolFieldUnsupported.</exception>
    public static void Require(NodePoolPlatform platform)
    {
        var findings = new PoolFindings();
        PlatformRules.Check(findings, PoolSpecWriter.Write(platform), "platform");
        if (findings.Found.Where(static one => one.Severity == NodePoolFinding.Error).ToList() is { Count: > 0 } errors)
        {
            throw new NodeManagerException(
                ErrorIds.NodePoolInvalid,
                ErrorKind.InvalidData,
                $"The platform is not valid: {string.Join("; ", errors.Select(static one => $"{one.Field} {one.Message}"))}.",
                platform,
                "Correct the fields."
            );
        }
    }

    internal static void Unknown(PoolFindings findings, JsonObject spec, IEnumerable<string> known, string path)
    {
        foreach (string field in spec.Select(static one => one.Key).Except(known))
            findings.Warning($"{path}.{field}", "is not a field that the specification has; it is sent as it is. Names are case-sensitive");
    }

    private static void CheckScaling(PoolFindings findings, JsonObject scaling, int? count)
    {
        const string Path = $"{Root}.autoscaling";
        Unknown(findings, scaling, ScalingFields, Path);
        bool enabled = findings.Flag(scaling, "enabled", Path) ?? false;
        int? min = findings.Integer(scaling, "minNodes", Path, 0);
        int? max = findings.Integer(scaling, "maxNodes", Path, 1);
        findings.Integer(scaling, "targetCPUUtilization", Path, 1, 100);
        findings.Integer(scaling, "targetMemoryUtilization", Path, 1, 100);
        foreach (string delay in (ReadOnlySpan<string>)["scaleDownDelay", "scaleUpDelay"])
            if (findings.Text(scaling, delay, Path) is { } text && PoolDuration.Parse(text) is null)
                findings.Error($"{Path}.{delay}", $"'{text}' is not a duration such as 45s, 10m or 1h30m");
        if (min > max)
            findings.Error($"{Path}.minNodes", string.Create(CultureInfo.InvariantCulture, $"must be at most maxNodes ({max}), not {min}"));
        if (!enabled)
            return;
        if (scaling["maxNodes"] is null)
            findings.Warning($"{Path}.maxNodes", "is not given: the service decides how far the pool grows");
        if (count is not { } nodes)
            return;
        if (nodes < min || nodes > max)
            findings.Error(
                $"{Root}.nodeCount",
                string.Create(CultureInfo.InvariantCulture, $"must be from minNodes ({min}) to maxNodes ({max}), not {nodes}")
            );
        else
            findings.Warning($"{Root}.nodeCount", "is only where the pool starts: autoscaling is enabled and changes the number of nodes");
    }
}
