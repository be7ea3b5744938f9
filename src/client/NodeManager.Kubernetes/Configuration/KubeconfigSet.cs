namespace NodeManager.Kubernetes.Configuration;

/// <summary>
/// Merged files: the first file that sets a value wins. Source:
/// https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
/// </summary>
internal sealed class KubeconfigSet
{
    private readonly List<KubeconfigFile> _files;
    private readonly string _names;

    private KubeconfigSet(IReadOnlyList<string> paths)
    {
        _files = [.. paths.Select(KubeconfigFile.Read)];
        _names = string.Join(", ", paths);
        Paths = [.. paths.Select(Path.GetFullPath)];
    }

    private KubeconfigSet(string text, string name)
    {
        _files = [KubeconfigFile.Parse(text, name)];
        _names = name;
        Paths = [];
    }

    /// <summary>In order of precedence.</summary>
    public IReadOnlyList<string> Paths { get; }

    public string? CurrentContext => _files.Select(file => file.CurrentContext).FirstOrDefault(context => context is not null);

    public IEnumerable<string> Warnings => _files.SelectMany(file => file.Warnings);

    public IEnumerable<string> ContextNames => _files.SelectMany(file => file.Contexts.Keys).Distinct();

    /// <inheritdoc cref="KubeconfigFile.Parse(string, string)"/>
    public static KubeconfigSet Parse(string text, string name) => new(text, name);

    /// <param name="paths">
    /// Explicit files must exist. Null: <c>KUBECONFIG</c>, whose files may be missing, else <c>~/.kube/config</c>.
    /// </param>
    public static KubeconfigSet Read(IReadOnlyList<string>? paths)
    {
        if (paths is { Count: > 0 })
            return new(paths);
        string? variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        string[] candidates = string.IsNullOrEmpty(variable)
            ? [DefaultPath(OperatingSystem.IsWindows(), Environment.GetEnvironmentVariable, File.Exists)]
            : variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string[] present = [.. candidates.Distinct().Where(Path.Exists)];
        return present.Length > 0
            ? new(present)
            : throw KubeconfigErrors.NotFound(
                string.IsNullOrEmpty(variable)
                    ? $"There is no kubeconfig: KUBECONFIG is not set and '{candidates[0]}' does not exist."
                    : $"There is no kubeconfig: none of the files that KUBECONFIG names exists ({string.Join(", ", candidates)}).",
                string.Join(", ", candidates)
            );
    }

    /// <summary>
    /// Pure. On Windows, kubectl takes the first of these homes that has a kubeconfig. Source:
    /// https://github.com/kubernetes/client-go/blob/v0.36.2/util/homedir/homedir.go
    /// </summary>
    internal static string DefaultPath(bool isWindows, Func<string, string?> variable, Func<string, bool> exists)
    {
        string profile = Kubeconfig(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        if (!isWindows)
            return profile;
        string? drive = variable("HOMEDRIVE"),
            folder = variable("HOMEPATH");
        string?[] homes = [variable("HOME"), string.IsNullOrEmpty(drive) || string.IsNullOrEmpty(folder) ? null : drive + folder];
        return homes.Where(static home => !string.IsNullOrEmpty(home)).Select(static home => Kubeconfig(home!)).FirstOrDefault(exists)
            ?? profile;

        static string Kubeconfig(string home) => Path.Combine(home, ".kube", "config");
    }

    public (string Name, YamlSection Section) Context(string? asked)
    {
        string name = asked ?? CurrentContext ?? throw KubeconfigErrors.NoCurrentContext(ContextNames, _names);
        YamlSection entry = Find(file => file.Contexts, name) ?? throw KubeconfigErrors.ContextNotFound(name, ContextNames, _names);
        return (name, entry.Section("context") ?? throw entry.Invalid("context", "is missing"));
    }

    public YamlSection Cluster(string context, YamlSection section)
    {
        string name =
            section.Text("cluster")
            ?? throw KubeconfigErrors.Incomplete(
                context,
                $"The context '{context}' ({section.File}) names no cluster.",
                "Set its cluster, or use another context."
            );
        YamlSection entry =
            Find(file => file.Clusters, name)
            ?? throw KubeconfigErrors.Incomplete(
                context,
                $"The cluster '{name}' that the context '{context}' names is not in {_names}.",
                "Add the cluster, or use another context."
            );
        return entry.Section("cluster") ?? throw entry.Invalid("cluster", "is missing");
    }

    /// <param name="isRequired">False where no credentials are sent (kubectl proxy).</param>
    public YamlSection? User(string context, YamlSection section, bool isRequired)
    {
        string? name = section.Text("user");
        if (name is null && !isRequired)
            return null;
        if (name is null)
            throw KubeconfigErrors.Incomplete(
                context,
                $"The context '{context}' ({section.File}) names no user.",
                "Set its user, or use another context."
            );
        if (Find(file => file.Users, name) is { } entry)
            return entry.Section("user");
        return isRequired
            ? throw KubeconfigErrors.Incomplete(
                context,
                $"The user '{name}' that the context '{context}' names is not in {_names}.",
                "Add the user, or use another context."
            )
            : null;
    }

    private YamlSection? Find(Func<KubeconfigFile, IReadOnlyDictionary<string, YamlSection>> kind, string name) =>
        _files.Select(file => kind(file).GetValueOrDefault(name)).FirstOrDefault(section => section is not null);
}
