namespace NodeManager.Parameters;

/// <summary>An object about a scheduler that lost its class; see <see cref="ObjectRow"/>.</summary>
internal sealed class SchedulerRow : SchedulerObject
{
    /// <summary>Null for live objects, and for objects without a ConfigMap or Deployment.</summary>
    public static SchedulerRow? From(object? value)
    {
        if (ObjectRow.From(value) is not { } row)
            return null;
        SchedulerRow found = new()
        {
            Cluster = row.Cluster,
            ClusterUid = row.ClusterUid,
            ClusterServer = row.ClusterServer,
            Namespace = row.Namespace,
            ConfigMap = ObjectRow.Read(value!, nameof(ConfigMap)),
            Key = ObjectRow.Read(value!, nameof(Key)),
            Deployment = ObjectRow.Read(value!, nameof(Deployment)),
        };
        return found.ConfigMap.Length > 0 || found.Deployment.Length > 0 ? found : null;
    }

    /// <summary>A backup with its text.</summary>
    public static SchedulerConfigurationBackup? BackupFrom(object? value) =>
        From(value) is { } row && ObjectRow.Read(value!, nameof(SchedulerConfigurationBackup.Text)) is { Length: > 0 } text
            ? new()
            {
                Cluster = row.Cluster,
                ClusterUid = row.ClusterUid,
                ClusterServer = row.ClusterServer,
                Namespace = row.Namespace,
                ConfigMap = row.ConfigMap,
                Key = row.Key,
                Deployment = row.Deployment,
                Status = ObjectRow.Read(value!, nameof(SchedulerConfigurationBackup.Status)),
                Text = text,
                Revision = long.TryParse(ObjectRow.Read(value!, nameof(SchedulerConfigurationBackup.Revision)), out long revision)
                    ? revision
                    : null,
            }
            : null;

    public override string ToString() => ConfigMap.Length > 0 ? ConfigMap : Deployment;
}

/// <summary>Lets a parameter for scheduler objects take <see cref="SchedulerRow"/> objects.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SchedulerRowsAttribute : ArgumentTransformationAttribute
{
    /// <summary>Accept only backups with their text.</summary>
    public bool Backups { get; init; }

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (Backups ? SchedulerRow.BackupFrom(inputData) : (object?)SchedulerRow.From(inputData)) ?? inputData;
}
