using System.Globalization;
using System.Text.RegularExpressions;
using NodeManager.Kubernetes.Validation;
using NodeManager.NodePools.Documents;

namespace NodeManager.NodePools.Validation;

internal static partial class PlatformRules
{
    public static void Check(PoolFindings findings, JsonObject platform, string path)
    {
        if (findings.Text(platform, "type", path) is not { } type)
        {
            if (platform["type"] is null)
                findings.Error($"{path}.type", "is required");
            return;
        }

        if (PlatformFields.Of(type) is not { } fields)
        {
            findings.Error($"{path}.type", $"'{type}' is not one of {string.Join(", ", NodePoolPlatformType.All)}");
            return;
        }

        foreach (string other in platform.Select(static one => one.Key).Where(key => key != "type" && key != type))
            findings.Warning($"{path}.{other}", $"has no effect: the platform is {type}");
        if (findings.Object(platform, type, path) is { } machine)
            CheckMachine(findings, machine, fields, $"{path}.{type}");
        else if (platform[type] is null)
            findings.Warning($"{path}.{type}", "is not given: the service decides what machines the pool has");
    }

    private static void CheckMachine(PoolFindings findings, JsonObject machine, PlatformFields fields, string path)
    {
        PoolSpecRules.Unknown(findings, machine, fields.All, path);
        if (findings.Text(machine, fields.MachineType, path) is { } machineType && string.IsNullOrWhiteSpace(machineType))
            findings.Error($"{path}.{fields.MachineType}", "must not be empty");
        findings.Integer(machine, fields.DiskSize, path, fields.MinimumDiskSize);
        findings.OneOf(findings.Text(machine, fields.DiskType, path), fields.DiskTypes, $"{path}.{fields.DiskType}");
        findings.Flag(machine, fields.Spot, path);
        CheckZones(findings, machine, fields, path);
        if (fields.Others.Contains(PlatformFields.UserData))
            findings.Text(machine, PlatformFields.UserData, path);
        if (fields.Others.Contains(PlatformFields.Accelerators))
            CheckAccelerators(findings, machine, path);
        if (fields.Others.Contains(PlatformFields.Labels))
            CheckLabels(findings, machine, path);
        if (fields.Others.Contains(PlatformFields.Taints))
            CheckTaints(findings, machine, path);
    }

    private static void CheckZones(PoolFindings findings, JsonObject machine, PlatformFields fields, string path)
    {
        string field = $"{path}.{fields.Zones}";
        List<string> zones = [];
        foreach ((int index, JsonNode? node) in (findings.Array(machine, fields.Zones, path) ?? []).Index())
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{field}[{index}]");
            if (node.AsText() is not { } zone)
                findings.Error(at, "must be text");
            else if (!ZoneForm(fields).IsMatch(zone))
                findings.Error(at, $"'{zone}' is not a zone of {fields.Type}, such as {ExampleZone(fields)}");
            else if (zones.Contains(zone))
                findings.Error(at, $"'{zone}' is given twice");
            else
                zones.Add(zone);
        }

        string[] regions = [.. zones.Select(zone => RegionOf(zone, fields)).Distinct()];
        if (regions.Length > 1)
            findings.Error(field, $"must be of one region, not of {string.Join(" and ", regions)}");
    }

    // Azure numbers the zones of a region; the region itself is the cluster's.
    private static string RegionOf(string zone, PlatformFields fields) =>
        fields == PlatformFields.Gcp ? zone[..zone.LastIndexOf('-')]
        : fields == PlatformFields.Aws ? ZoneSuffix().Replace(zone, "$1")
        : "";

    private static Regex ZoneForm(PlatformFields fields) =>
        fields == PlatformFields.Gcp ? GcpZone()
        : fields == PlatformFields.Aws ? AwsZone()
        : AzureZone();

    private static string ExampleZone(PlatformFields fields) =>
        fields == PlatformFields.Gcp ? "us-central1-a"
        : fields == PlatformFields.Aws ? "us-west-2a"
        : "1";

    private static void CheckAccelerators(PoolFindings findings, JsonObject machine, string path)
    {
        foreach ((string at, JsonObject one) in Objects(findings, machine, PlatformFields.Accelerators, path))
        {
            RequireText(findings, one, "type", at);
            if (one["count"] is null)
                findings.Error($"{at}.count", "is required");
            else
                findings.Integer(one, "count", at, 1);
        }
    }

    private static void CheckLabels(PoolFindings findings, JsonObject machine, string path)
    {
        foreach ((string key, JsonNode? value) in findings.Object(machine, PlatformFields.Labels, path) ?? [])
        {
            string at = $"{path}.{PlatformFields.Labels}[{key}]";
            if (LabelRules.CheckKey(key) is { } wrongKey)
                findings.Error(at, $"the key is not valid: {wrongKey}");
            if (value.AsText() is not { } text)
                findings.Error(at, "must be text");
            else if (LabelRules.CheckValue(text) is { } wrongValue)
                findings.Error(at, $"'{text}' is not valid: {wrongValue}");
        }
    }

    private static void CheckTaints(PoolFindings findings, JsonObject machine, string path)
    {
        HashSet<(string, string)> seen = [];
        foreach ((string at, JsonObject taint) in Objects(findings, machine, PlatformFields.Taints, path))
        {
            string? key = RequireText(findings, taint, "key", at),
                effect = RequireText(findings, taint, "effect", at);
            if (key is not null && TaintRules.CheckKey(key) is { } wrongKey)
                findings.Error($"{at}.key", $"'{key}' is not valid: {wrongKey}");
            if (findings.Text(taint, "value", at) is { } value && TaintRules.CheckValue(value) is { } wrongValue)
                findings.Error($"{at}.value", $"'{value}' is not valid: {wrongValue}");
            findings.OneOf(effect, TaintRules.Effects, $"{at}.effect");
            if (key is not null && effect is not null && !seen.Add((key, effect)))
                findings.Error(at, $"'{key}' with effect {effect} is given twice");
        }
    }

    private static IEnumerable<(string At, JsonObject One)> Objects(PoolFindings findings, JsonObject machine, string field, string path)
    {
        foreach ((int index, JsonNode? node) in (findings.Array(machine, field, path) ?? []).Index())
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{path}.{field}[{index}]");
            if (node is JsonObject one)
                yield return (at, one);
            else
                findings.Error(at, "must be an object");
        }
    }

    private static string? RequireText(PoolFindings findings, JsonObject from, string name, string path)
    {
        string? text = findings.Text(from, name, path);
        if (from[name] is null || text is "")
            findings.Error($"{path}.{name}", "is required");
        return string.IsNullOrEmpty(text) ? null : text;
    }

    [GeneratedRegex(@"^[a-z]+-[a-z]+[0-9]+-[a-z]\z")]
    private static partial Regex GcpZone();

    // Local and Wavelength zones have a longer name: us-west-2-lax-1a.
    [GeneratedRegex(@"^[a-z]{2}(-[a-z]+)+-[0-9]+(-[a-z0-9]+-[0-9]+)?[a-z]\z")]
    private static partial Regex AwsZone();

    [GeneratedRegex(@"^[1-9]\z")]
    private static partial Regex AzureZone();

    [GeneratedRegex(@"^([a-z]{2}(?:-[a-z]+)+-[0-9]+).*\z")]
    private static partial Regex ZoneSuffix();
}
