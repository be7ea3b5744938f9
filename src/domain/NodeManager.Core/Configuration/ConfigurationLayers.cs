using NodeManager.Kubernetes.Files;

namespace NodeManager.Core.Configuration;

/// <summary>
/// Combines the layers of a configuration: built-in values, the user's file, the project's file, the environment, and the session's changes
/// on top.
/// </summary>
public static class ConfigurationLayers
{
    /// <summary>The source of values that Set-NodeManagerConfiguration sets.</summary>
    public const string Session = "Session";

    /// <summary>The project's file: the nearest of this name in the current folder or above it.</summary>
    public const string ProjectFileName = "nodemanager.json";

    /// <summary>
    /// The user's file: <c>$XDG_CONFIG_HOME/nodemanager/config.json</c> (default <c>~/.config</c>) on Linux, in the user's application data
    /// on Windows and macOS.
    /// </summary>
    public static string UserFile =>
        Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "nodemanager",
            "config.json"
        );

    public static IEnumerable<string> OptionNames => ConfigurationOption.All.Select(option => option.Name);

    /// <summary>The initial configuration of a session.</summary>
    /// <param name="folder">The current folder, where the search for a project file starts.</param>
    /// <exception cref="NodeManagerException">
    /// ConfigurationFileInvalid, ConfigurationFileUnreadable: a file. ConfigurationValueInvalid: an environment variable, or values that
    /// exclude each other.
    /// </exception>
    public static NodeManagerConfiguration Load(string folder) => Load(UserFile, ProjectFile(folder), Environment.GetEnvironmentVariable);

    /// <summary>The configuration of a process without a project folder.</summary>
    /// <exception cref="NodeManagerException">As <see cref="Load(string)"/>.</exception>
    public static NodeManagerConfiguration LoadUser() => Load(UserFile, null, Environment.GetEnvironmentVariable);

    /// <inheritdoc cref="Load(string)"/>
    internal static NodeManagerConfiguration Load(string userFile, string? projectFile, Func<string, string?> variable)
    {
        var files = ((string?[])[userFile, projectFile]).OfType<string>().Where(File.Exists).Distinct();
        return Apply(new(), [.. files.SelectMany(ConfigurationFile.Read), .. ReadEnvironment(variable)]);
    }

    /// <summary>Applies a session's changes, by option name.</summary>
    /// <exception cref="NodeManagerException">ConfigurationValueInvalid; nothing is changed.</exception>
    public static NodeManagerConfiguration Change(NodeManagerConfiguration configuration, IReadOnlyDictionary<string, object?> changes) =>
        Apply(configuration, Read(changes));

    /// <summary>Sets options in a file and keeps the others. Connected sessions keep their values.</summary>
    /// <exception cref="NodeManagerException">As <see cref="Load(string)"/>; the file is not changed.</exception>
    public static void Save(string file, IReadOnlyDictionary<string, object?> changes)
    {
        Check(file, changes);
        ConfigurationFile.Write(file, Read(changes));
    }

    /// <summary>Validates the options as <see cref="Save"/> does, without writing them.</summary>
    /// <exception cref="NodeManagerException">As <see cref="Load(string)"/>.</exception>
    public static void Check(string file, IReadOnlyDictionary<string, object?> changes) =>
        Apply(new(), [.. File.Exists(file) ? ConfigurationFile.Read(file) : [], .. Read(changes)]);

    /// <exception cref="NodeManagerException">As <see cref="Load(string)"/>.</exception>
    public static IReadOnlyDictionary<string, object?> ReadFile(string file) =>
        ConfigurationFile.Read(file).ToDictionary(value => value.Option.Name, value => value.Value);

    /// <summary>Each option's value and its source.</summary>
    public static IEnumerable<NodeManagerSetting> Explain(NodeManagerConfiguration configuration) =>
        ConfigurationOption.All.Select(option => new NodeManagerSetting
        {
            Cluster = configuration.Cluster,
            Session = configuration.Session,
            Name = option.Name,
            Value = option.Read(configuration),
            Source = configuration.Origins.GetValueOrDefault(option.Name, "Built-in"),
            Default = option.Default,
            Accepts = option.Rule.Accepts,
            Variable = option.Variable,
        });

    /// <summary>
    /// The nearest project file in the folder or above it; null without one. A file that other users can change is refused.
    /// </summary>
    /// <exception cref="NodeManagerException">ConfigurationFileUntrusted.</exception>
    public static string? ProjectFile(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, ProjectFileName);
            if (!File.Exists(candidate))
                continue;
            return FileTrust.FindProblem(candidate) is not { } doubt
                ? candidate
                : throw new NodeManagerException(
                    ErrorIds.ConfigurationFileUntrusted,
                    ErrorKind.SecurityError,
                    $"The project file '{candidate}' was found and is not used: {doubt}.",
                    candidate,
                    OperatingSystem.IsWindows()
                        ? "Make the file and its folder yours, with takeown. Or work in another folder."
                        : "Make the file and its folder yours, and writable only for you: chown, and chmod go-w. Or work in another folder."
                );
        }

        return null;
    }

    private static IEnumerable<ConfigurationValue> ReadEnvironment(Func<string, string?> variable)
    {
        foreach (ConfigurationOption option in ConfigurationOption.All)
        {
            if (variable(option.Variable) is not { Length: > 0 } text)
                continue;
            if (!option.Rule.Convert(text, out object? value))
                throw Invalid(
                    $"Environment variable {option.Variable} is '{text}'; {option.Name} takes {option.Rule.Accepts}.",
                    option.Variable,
                    "Correct or unset the environment variable."
                );
            yield return new(option, value, option.Variable);
        }
    }

    private static List<ConfigurationValue> Read(IReadOnlyDictionary<string, object?> changes) =>
        [
            .. changes.Select(change =>
            {
                ConfigurationOption option =
                    ConfigurationOption.Find(change.Key)
                    ?? throw new ArgumentException($"Option '{change.Key}' does not exist.", nameof(changes));
                return option.Rule.Convert(change.Value, out object? value)
                    ? new ConfigurationValue(option, value, Session)
                    : throw Invalid(
                        $"'{change.Value}' is not a valid {option.Name}: it takes {option.Rule.Accepts}.",
                        change.Value,
                        "Get-Help about_NodeManager_Configuration lists the options and their values."
                    );
            }),
        ];

    private static NodeManagerConfiguration Apply(NodeManagerConfiguration configuration, IReadOnlyList<ConfigurationValue> values)
    {
        var origins = new Dictionary<string, string>(configuration.Origins);
        var lines = new Dictionary<string, int>();
        foreach (ConfigurationValue value in values)
        {
            configuration = value.Option.With(configuration, value.Value);
            origins[value.Option.Name] = value.Source;
            lines[value.Option.Name] = value.Line;
        }

        configuration = new(configuration) { Origins = origins };
        if (configuration.MinNodes > configuration.MaxNodes)
            throw Contradiction("minNodes", "maxNodes", "at most");
        if (configuration.ScaleDownThreshold >= configuration.ScaleUpThreshold)
            throw Contradiction("scaleDownThreshold", "scaleUpThreshold", "less than");
        return configuration;

        NodeManagerException Contradiction(string lower, string upper, string relation) =>
            Invalid(
                $"{Describe(lower)} must be {relation} {Describe(upper)}.",
                ConfigurationOption.Find(lower)!.Read(configuration),
                "Change one of the two values where it is set."
            );

        string Describe(string name)
        {
            string source = origins.GetValueOrDefault(name, "Built-in");
            string line = lines.GetValueOrDefault(name) is > 0 and int number ? $", line {number}" : "";
            return $"{name} {ConfigurationOption.Find(name)!.Read(configuration)} ({source}{line})";
        }
    }

    private static NodeManagerException Invalid(string message, object? target, string action) =>
        new(ErrorIds.ConfigurationValueInvalid, ErrorKind.InvalidArgument, message, target, action);
}
