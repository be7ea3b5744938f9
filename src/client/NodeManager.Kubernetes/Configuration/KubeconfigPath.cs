namespace NodeManager.Kubernetes.Configuration;

internal static class KubeconfigPath
{
    /// <summary>Paths are relative to their file.</summary>
    public static string Resolve(YamlSection section, string path) => Path.GetFullPath(path, Path.GetDirectoryName(section.File)!);
}
