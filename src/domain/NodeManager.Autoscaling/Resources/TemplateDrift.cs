using System.Text.Json;

namespace NodeManager.Autoscaling.Resources;

/// <summary>
/// Compares a node's machine with the pool's current template. A claim that stores its template is compared with that; for others only the
/// visible fields of claim and node can be compared.
/// </summary>
public static class TemplateDrift
{
    /// <summary>Why the machine is outdated, one part of a sentence each; empty: it is not.</summary>
    /// <param name="node">Null: none is registered.</param>
    /// <param name="current">The pool's template as claims store it, for many claims; null: unknown.</param>
    /// <param name="image">The image of new machines of the provider; null or empty: unknown.</param>
    public static List<string> Of(NodeSmithPool pool, NodeSmithClaim claim, Node? node, string? current = null, string? image = null)
    {
        List<string> reasons = [];
        NodeSmithMachineTemplate now = pool.Spec.MachineTemplate;
        bool isCurrent = current is not null && claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.TemplateAnnotation) == current;
        ClaimTemplate? known = isCurrent ? ClaimTemplate.Of(pool) : ClaimTemplate.Of(claim);
        string provider = claim.Status?.ProviderRef is { Length: > 0 } used ? used : known?.ProviderRef ?? pool.Spec.ProviderRef;
        if (provider != pool.Spec.ProviderRef)
            reasons.Add($"provider: {provider} -> {pool.Spec.ProviderRef}");
        if (Shape(now, claim) is { } shape)
            reasons.Add(shape);
        string? made = claim.Metadata.Annotations?.GetValueOrDefault(NodeSmithNames.ImageAnnotation);
        if (made is { Length: > 0 } && image is { Length: > 0 } && made != image)
            reasons.Add($"image: {made} -> {image}");
        if (known is not null)
        {
            reasons.AddRange(Labels(known.MachineTemplate.Labels ?? [], now.Labels ?? []));
            reasons.AddRange(Taints(known.MachineTemplate.Taints ?? [], now.Taints ?? []));
            reasons.AddRange(Others(known.MachineTemplate.Unknown ?? [], now.Unknown ?? []));
        }
        else if (node is not null)
        {
            Dictionary<string, string> labels = node.Metadata.Labels ?? [];
            reasons.AddRange(
                (now.Labels ?? [])
                    .Where(one => labels.GetValueOrDefault(one.Key) != one.Value)
                    .Select(one => Change("label " + one.Key, labels.GetValueOrDefault(one.Key), one.Value))
            );
            List<Taint> taints = node.Spec.Taints ?? [];
            reasons.AddRange(
                (now.Taints ?? [])
                    .Where(one => !taints.Exists(there => Same(there, one)))
                    .Select(static one => Change("taint", null, Text(one)))
            );
        }

        return reasons;
    }

    private static string? Shape(NodeSmithMachineTemplate now, NodeSmithClaim claim)
    {
        long? cores = claim.Spec.Requirements?.CpuCores,
            memory = claim.Spec.Requirements?.MemoryMiB;
        if (now.Shapes is not { Count: > 0 } shapes)
        {
            return claim.Spec.Shape is { Length: > 0 } gone ? $"shape: {gone} is no longer on offer"
                : cores < now.Minimum?.CpuCores || memory < now.Minimum?.MemoryMiB
                    ? $"size: less than {now.Minimum!.CpuCores} cores and {now.Minimum.MemoryMiB} MiB"
                : null;
        }

        if (claim.Spec.Shape is not { Length: > 0 } name)
            return "shape: the machine has none";
        List<NodeSmithShape> own = shapes.FindAll(one => one.Name == name);
        if (own.Count == 0)
            return $"shape: {name} is no longer on offer";
        return own.Exists(one => (cores ?? one.CpuCores) == one.CpuCores && (memory ?? one.MemoryMiB) == one.MemoryMiB)
            ? null
            : $"shape {name}: {cores} cores and {memory} MiB -> {own[0].CpuCores} cores and {own[0].MemoryMiB} MiB";
    }

    private static IEnumerable<string> Labels(Dictionary<string, string> before, Dictionary<string, string> after) =>
        before
            .Keys.Union(after.Keys)
            .Order(StringComparer.Ordinal)
            .Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
            .Select(key => Change("label " + key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)));

    private static IEnumerable<string> Taints(List<Taint> before, List<Taint> after) =>
        before
            .Where(one => !after.Exists(other => Same(one, other)))
            .Select(static one => Change("taint", Text(one), null))
            .Concat(after.Where(one => !before.Exists(other => Same(one, other))).Select(static one => Change("taint", null, Text(one))));

    private static IEnumerable<string> Others(Dictionary<string, JsonElement> before, Dictionary<string, JsonElement> after) =>
        before
            .Keys.Union(after.Keys)
            .Order(StringComparer.Ordinal)
            .Where(key =>
                !(
                    before.TryGetValue(key, out JsonElement was)
                    && after.TryGetValue(key, out JsonElement now)
                    && JsonElement.DeepEquals(was, now)
                )
            )
            .Select(key => Change(key, Short(before, key), Short(after, key)));

    private static string? Short(Dictionary<string, JsonElement> fields, string key) =>
        !fields.TryGetValue(key, out JsonElement value) ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText() is { Length: <= 40 } text ? text
        : "...";

    private static string Change(string what, string? before, string? after) => $"{what}: {before ?? "(none)"} -> {after ?? "(none)"}";

    private static bool Same(Taint one, Taint other) =>
        one.Key == other.Key && one.Effect == other.Effect && (one.Value ?? "") == (other.Value ?? "");

    private static string Text(Taint taint) => $"{taint.Key}{(string.IsNullOrEmpty(taint.Value) ? "" : "=" + taint.Value)}:{taint.Effect}";
}
