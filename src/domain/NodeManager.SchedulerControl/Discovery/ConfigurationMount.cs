namespace NodeManager.SchedulerControl.Discovery;

/// <summary>Finds the file of a container's <c>--config</c>.</summary>
internal static class ConfigurationMount
{
    private const string Flag = "--config";

    /// <summary>The schedulers of a Deployment: its containers whose <c>--config</c> is in a mounted ConfigMap.</summary>
    public static IEnumerable<ClusterScheduler> Find(DeploymentManifest deployment)
    {
        var pod = deployment.Spec.Template.Spec;
        foreach (var container in pod.Containers)
        {
            List<string> arguments = [.. container.Command ?? [], .. container.Args ?? []];
            if (Value(arguments, Flag) is { } path && Source(pod, container, path) is var (configMap, key))
                yield return new ClusterScheduler
                {
                    Namespace = deployment.Metadata.Namespace ?? "",
                    ConfigMap = configMap,
                    Key = key,
                    Deployment = deployment.Metadata.Name,
                    Container = container.Name,
                    Image = container.Image ?? "",
                    Arguments = arguments,
                };
        }
    }

    /// <summary>
    /// The value of a flag, written <c>--flag=value</c> or <c>--flag value</c>, also within a shell's command line; null without it.
    /// </summary>
    public static string? Value(IReadOnlyList<string> arguments, string flag)
    {
        var words = arguments.SelectMany(argument => argument.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToList();
        for (var index = words.Count - 1; index >= 0; index--)
        {
            if (words[index].StartsWith(flag + "=", StringComparison.Ordinal))
                return words[index][(flag.Length + 1)..].Trim('\'', '"');
            if (words[index] == flag)
                return index + 1 < words.Count ? words[index + 1].Trim('\'', '"') : "";
        }

        return null;
    }

    private static (string ConfigMap, string Key)? Source(PodManifestSpec pod, ContainerManifest container, string path)
    {
        // The deepest mount holds the file.
        var mounts = (container.VolumeMounts ?? [])
            .Where(mount => path == mount.MountPath || path.StartsWith(mount.MountPath.TrimEnd('/') + "/", StringComparison.Ordinal))
            .OrderByDescending(mount => mount.MountPath.Length);
        foreach (var mount in mounts)
        {
            var below = path == mount.MountPath ? "" : path[(mount.MountPath.TrimEnd('/').Length + 1)..];
            var file = string.Join('/', new[] { mount.SubPath ?? "", below }.Where(part => part.Length > 0));
            var volume = pod.Volumes?.Find(volume => volume.Name == mount.Name);
            var sources = volume?.ConfigMap is { } own
                ? [own]
                : (volume?.Projected?.Sources ?? []).Select(source => source.ConfigMap).OfType<ConfigMapVolumeManifest>();
            foreach (var source in sources)
                if (Key(source, file) is { } key)
                    return (source.Name, key);
            return null;
        }

        return null;
    }

    private static string? Key(ConfigMapVolumeManifest source, string file) =>
        source.Items is { Count: > 0 } items ? items.Find(item => item.Path == file)?.Key
        : file.Length > 0 && !file.Contains('/', StringComparison.Ordinal) ? file
        : null;
}
