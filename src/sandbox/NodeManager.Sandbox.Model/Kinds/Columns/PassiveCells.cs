using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class PassiveCells
{
    private const int MaximumHosts = 3,
        MostMetrics = 2;

    public static string Hosts(JsonObject ingress)
    {
        string[] hosts = [.. ingress.Object("spec").Objects("rules").Select(static rule => rule.Text("host") ?? "")];
        string[] named = [.. hosts.Where(static host => host.Length > 0).Take(MaximumHosts)];
        if (named.Length == 0)
            return "*";
        string listed = string.Join(',', named);
        return hosts.Count(static host => host.Length > 0) > MaximumHosts ? $"{listed} + {hosts.Length - MaximumHosts} more..." : listed;
    }

    public static string Addresses(JsonObject ingress) =>
        string.Join(
            ',',
            ingress
                .Object("status")
                .Object("loadBalancer")
                .Objects("ingress")
                .Select(static one => one.Text("ip") ?? one.Text("hostname") ?? "")
                .Where(static one => one.Length > 0)
                .Distinct()
                .Order(StringComparer.Ordinal)
        );

    public static string Ports(JsonObject ingress) => ingress.Object("spec").Array("tls") is { Count: > 0 } ? "80, 443" : "80";

    public static string Parameters(JsonObject item) =>
        item.Object("spec").Object("parameters") is { } named
            ? $"{named.Text("kind")}{(named.Text("apiGroup") is { } group ? "." + group : "")}/{named.Text("name")}"
            : ColumnText.None;

    public static string ClassName(JsonObject item) =>
        item.Object("metadata").Text("name")
        + (item.Object("metadata").Object("annotations").Text("ingressclass.kubernetes.io/is-default-class") == "true" ? " (default)" : "");

    /// <summary>The used part of a quota, for limits or for everything else.</summary>
    public static string Quota(JsonObject item, bool isLimits) =>
        string.Join(
            ", ",
            (item.Object("status").Object("hard") ?? [])
                .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
                .Where(pair => pair.Key.StartsWith("limits.", StringComparison.Ordinal) == isLimits)
                .Select(pair => $"{pair.Key}: {item.Object("status").Object("used").Text(pair.Key) ?? "0"}/{(string?)pair.Value}")
        );

    public static string Targets(JsonObject item)
    {
        JsonObject[] metrics = [.. item.Object("spec").Objects("metrics")];
        if (metrics.Length == 0)
            return ColumnText.None;
        string listed = string.Join(", ", metrics.Take(MostMetrics).Select(static metric => Metric(metric)));
        return metrics.Length > MostMetrics ? $"{listed} + {metrics.Length - MostMetrics} more..." : listed;
    }

    public static string Condition(JsonObject request)
    {
        HashSet<string> types = [.. request.Object("status").Objects("conditions").Select(static one => one.Text("type") ?? "")];
        string state =
            types.Contains("Denied") ? "Denied"
            : types.Contains("Approved") ? "Approved"
            : "Pending";
        if (types.Contains("Failed"))
            state += ",Failed";
        return string.IsNullOrEmpty(request.Object("status").Text("certificate")) ? state : state + ",Issued";
    }

    public static string Requested(JsonObject request) =>
        request.Object("spec").Number("expirationSeconds") is { } seconds
            ? ColumnText.Duration(TimeSpan.FromSeconds(seconds))
            : ColumnText.None;

    public static string Flag(bool? value) =>
        value switch
        {
            true => "True",
            false => "False",
            null => ColumnText.Unset,
        };

    // Metrics are not measured, so current values are unknown.
    private static string Metric(JsonObject metric)
    {
        string kind = metric.Text("type") ?? "";
        JsonObject? source = metric.Object(kind.Length == 0 ? kind : char.ToLowerInvariant(kind[0]) + kind[1..]),
            target = source.Object("target");
        string name = kind is "Resource" or "ContainerResource" ? source.Text("name") + ": " : "";
        string wanted =
            target.Text("averageValue") is { } average ? average + (name.Length == 0 && kind != "Pods" ? " (avg)" : "")
            : target.Number("averageUtilization") is { } share ? share.ToString(CultureInfo.InvariantCulture) + "%"
            : target.Text("value") ?? "<auto>";
        return $"{name}{ColumnText.Unknown}/{wanted}";
    }
}
