using NodeManager.Core.Scheduler.Catalog;
using NodeManager.Core.Scheduler.Documents;
using NodeManager.Core.Scheduler.Live;

namespace NodeManager.Core.Scheduler.Reading;

/// <summary>Where the plugins that are read come from: a file, or a scheduler of a cluster.</summary>
internal sealed record PluginSource(PluginCatalog Catalog, string File, NodeManagerSession? Session, ClusterScheduler? Scheduler)
{
    public SchedulerPlugin Plugin(
        SchedulerProfile profile, string point, string name, string status, string source, int order, int? weight) => new()
        {
            Cluster = Session?.Cluster ?? "",
            Session = Session,
            Namespace = Scheduler?.Namespace ?? "",
            ConfigMap = Scheduler?.ConfigMap ?? "",
            Key = Scheduler?.Key ?? "",
            Deployment = Scheduler?.Deployment ?? "",
            Name = name,
            ExtensionPoint = point,
            SchedulerName = profile.Name,
            Status = status,
            Source = source,
            Order = order,
            Weight = weight,
            Arguments = profile.Arguments(name) is { } arguments ? YamlValue.Describe(YamlValue.Of(arguments)) : "",
            File = File,
            IsKnown = Catalog.Find(name) is not null,
        };
}
