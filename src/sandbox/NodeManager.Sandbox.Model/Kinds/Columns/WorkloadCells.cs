using System.Globalization;

namespace NodeManager.Sandbox.Model.Kinds.Columns;

internal static class WorkloadCells
{
    public static string Containers(JsonObject item, string member) => ContainersOf(item.Object("spec").Object("template"), member);

    public static string ContainersOf(JsonObject? template, string member) =>
        string.Join(',', template.Object("spec").Objects("containers").Select(one => one.Text(member)));

    public static string Completions(JsonObject job)
    {
        JsonObject? spec = job.Object("spec");
        long succeeded = job.Object("status").Number("succeeded") ?? 0;
        if (spec.Number("completions") is { } wanted)
            return $"{succeeded}/{wanted}";
        long parallel = spec.Number("parallelism") ?? 0;
        return parallel > 1 ? $"{succeeded}/1 of {parallel}" : $"{succeeded}/1";
    }

    public static string JobStatus(JsonObject job)
    {
        bool Has(string type) => job.Object("status").HasCondition(type);
        if (Has("Complete"))
            return "Complete";
        if (Has("Failed"))
            return "Failed";
        if (job.Object("metadata")?["deletionTimestamp"] is not null)
            return "Terminating";
        if (Has("Suspended"))
            return "Suspended";
        if (Has("FailureTarget"))
            return "FailureTarget";
        return Has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
    }

    public static string JobDuration(JsonObject job, DateTimeOffset now)
    {
        JsonObject? status = job.Object("status");
        if (status.Text("startTime") is not { } start)
            return "";
        DateTimeOffset end = status.Text("completionTime") is { } completed
            ? DateTimeOffset.Parse(completed, CultureInfo.InvariantCulture)
            : now;
        return ColumnText.Since(start, end);
    }

    public static string Bound(JsonObject budget, string member) => budget.Object("spec")?[member] is { } bound ? bound.ToString() : "N/A";

    public static string Ports(JsonObject service) =>
        ColumnText.OrNone(
            string.Join(
                ',',
                service
                    .Object("spec")
                    .Objects("ports")
                    .Select(static port =>
                        port.Number("nodePort") is > 0 and var node
                            ? $"{port.Number("port")}:{node}/{port.Text("protocol")}"
                            : $"{port.Number("port")}/{port.Text("protocol")}"
                    )
            )
        );

    public static string External(JsonObject service)
    {
        JsonObject? spec = service.Object("spec");
        string[] given = [.. spec.Texts("externalIPs")];
        string[] balanced =
        [
            .. service
                .Object("status")
                .Object("loadBalancer")
                .Objects("ingress")
                .Select(static one => one.Text("ip") ?? one.Text("hostname") ?? ""),
        ];
        return spec.Text("type") switch
        {
            "ExternalName" => ColumnText.OrNone(spec.Text("externalName")),
            "LoadBalancer" => balanced.Length + given.Length > 0 ? string.Join(',', balanced.Concat(given)) : "<pending>",
            _ => ColumnText.OrNone(string.Join(',', given)),
        };
    }

    public static string StorageClass(JsonObject item)
    {
        JsonObject? metadata = item.Object("metadata");
        string name = metadata.Text("name") ?? "";
        return metadata.Object("annotations").Text("storageclass.kubernetes.io/is-default-class") == "true" ? name + " (default)" : name;
    }

    public static string VolumePhase(JsonObject item) =>
        item.Object("metadata")?["deletionTimestamp"] is null ? item.Object("status").Text("phase") ?? "" : "Terminating";

    public static string Claim(JsonObject volume) =>
        volume.Object("spec").Object("claimRef") is { } claim ? $"{claim.Text("namespace")}/{claim.Text("name")}" : "";

    public static string Controller(JsonObject item)
    {
        JsonObject? owner = item.Object("metadata").Objects("ownerReferences").FirstOrDefault(one => one.Flag("controller") == true);
        if (owner is null)
            return ColumnText.None;
        string[] version = (owner.Text("apiVersion") ?? "").Split('/');
        string kind = (owner.Text("kind") ?? "").ToLowerInvariant();
        return $"{kind}{(version.Length > 1 ? "." + version[0] : "")}/{owner.Text("name")}";
    }
}
