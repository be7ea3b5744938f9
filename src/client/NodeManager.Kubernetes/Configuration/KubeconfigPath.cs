namespace NodeManager.Kubernetes.Configuration;

internal static class KubeconfigPath
{
    /// <summary>Paths are relative to the file they stand in.</summary>
    public static string Resolve(YamlSection section, string path) => Path.GetFullPath(path, Path.GetDirectoryName(section.File)!);
}
