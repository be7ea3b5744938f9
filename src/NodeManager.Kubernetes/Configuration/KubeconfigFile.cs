using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>One kubeconfig file, as it stands.</summary>
internal sealed class KubeconfigFile
{
    private KubeconfigFile(YamlSection root)
    {
        CurrentContext = root.Text("current-context");
        Clusters = ByName(root, "clusters");
        Users = ByName(root, "users");
        Contexts = ByName(root, "contexts");
    }

    public string? CurrentContext { get; }

    public IReadOnlyDictionary<string, YamlSection> Clusters { get; }

    public IReadOnlyDictionary<string, YamlSection> Users { get; }

    public IReadOnlyDictionary<string, YamlSection> Contexts { get; }

    /// <exception cref="NodeManagerException">KubeconfigNotFound, KubeconfigInvalid.</exception>
    public static KubeconfigFile Read(string path)
    {
        try
        {
            path = Path.GetFullPath(path);
            using StreamReader text = File.OpenText(path);
            YamlNode root = Parse(path, text);
            return root switch
            {
                YamlMappingNode mapping => new(new(path, mapping, "")),
                YamlScalarNode { Value: null or "" } => new(new(path, [], "")),
                _ => throw KubeconfigErrors.Invalid(path, root.Start.Line, "the file is no kubeconfig: it should be a mapping with clusters, users and contexts"),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw KubeconfigErrors.NotFound($"The kubeconfig file '{path}' cannot be read: {e.Message}", path);
        }
    }

    private static YamlNode Parse(string path, TextReader text)
    {
        var scanner = new Scanner(text);
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new Parser(scanner));
            return yaml.Documents.Count == 0 ? new YamlMappingNode() : yaml.Documents[0].RootNode;
        }
        // The scanner throws InvalidOperationException at what follows a brace that is never closed, and names the file's start for a tab.
        catch (Exception e) when (e is InvalidOperationException or SyntaxErrorException { Start.Index: 0 })
        {
            throw Broken(scanner.CurrentPosition, e as YamlException, e);
        }
        catch (YamlException e)
        {
            throw Broken(e.Start, e, e);
        }

        NodeManagerException Broken(Mark at, YamlException? said, Exception cause) => KubeconfigErrors.Invalid(
            path, at.Line, $"the file is no valid YAML at column {at.Column}" + (said is null ? "" : $" ({said.Message.TrimEnd('.')})"), cause);
    }

    private static Dictionary<string, YamlSection> ByName(YamlSection root, string field)
    {
        Dictionary<string, YamlSection> sections = [];
        foreach ((string name, YamlSection section) in root.Named(field))
            if (!sections.TryAdd(name, section)) throw section.Invalid("name", "stands twice in the list");
        return sections;
    }
}
