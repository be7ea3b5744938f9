using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeManager.Kubernetes.Configuration;

/// <summary>One kubeconfig file before merging.</summary>
internal sealed class KubeconfigFile
{
    private readonly List<string> _warnings = [];

    private KubeconfigFile(string path, string text)
    {
        YamlSection root = Read(path, text, _warnings);
        if (root.Text("kind") is not (null or "Config"))
            throw root.Invalid("kind", "should be Config");
        if (root.Text("apiVersion") is not (null or "v1"))
            throw root.Invalid("apiVersion", "should be v1");
        CurrentContext = root.Text("current-context");
        Clusters = ByName(root, "clusters");
        Users = ByName(root, "users");
        Contexts = ByName(root, "contexts");
        foreach (YamlSection entry in Clusters.Values)
            CertificateReader.CheckData(entry.Section("cluster"), "certificate-authority-data");
        foreach (YamlSection entry in Users.Values)
            CertificateReader.CheckData(entry.Section("user"), "client-certificate-data", "client-key-data");
    }

    public IReadOnlyList<string> Warnings => _warnings;

    public string? CurrentContext { get; }

    public IReadOnlyDictionary<string, YamlSection> Clusters { get; }

    public IReadOnlyDictionary<string, YamlSection> Users { get; }

    public IReadOnlyDictionary<string, YamlSection> Contexts { get; }

    public static KubeconfigFile Read(string path)
    {
        try
        {
            string full = Path.GetFullPath(path);
            using var reader = new StreamReader(full, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return new(full, reader.ReadToEnd());
        }
        catch (DecoderFallbackException e)
        {
            throw KubeconfigErrors.Invalid(path, 1, "the file is not valid UTF-8", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw KubeconfigErrors.NotFound($"The kubeconfig file '{path}' cannot be read: {e.Message}", path);
        }
    }

    /// <summary>A kubeconfig that is not in a file. It must neither name files nor commands: its author has no rights on this machine.</summary>
    /// <param name="name">Where it is from, for errors.</param>
    public static KubeconfigFile Parse(string text, string name)
    {
        KubeconfigFile file = new(name, text);
        foreach (YamlSection entry in file.Clusters.Values)
            Refuse(entry.Section("cluster"), "certificate-authority");
        foreach (YamlSection entry in file.Users.Values)
            Refuse(entry.Section("user"), "client-certificate", "client-key", "tokenFile", "exec", "auth-provider");
        return file;
    }

    private static void Refuse(YamlSection? section, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
            if (section?.Has(field) == true)
                throw section.Invalid(field, "is not allowed here: only data in the kubeconfig itself is used");
    }

    private static YamlSection Read(string path, string text, List<string> warnings)
    {
        RefuseControls(path, text);
        YamlNode root = Parse(path, text, warnings);
        return root switch
        {
            YamlMappingNode mapping => new(path, mapping, ""),
            YamlScalarNode { Value: null or "" } => new(path, [], ""),
            _ => throw KubeconfigErrors.Invalid(
                path,
                root.Start.Line,
                "the file is not a kubeconfig: it should be a mapping with clusters, users and contexts"
            ),
        };
    }

    // Only the characters that YAML allows; a NUL would end the file for YamlDotNet but not for kubectl. Source:
    // https://yaml.org/spec/1.1/#id868524
    private static void RefuseControls(string path, string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (
                text[i]
                is '\t'
                    or '\n'
                    or '\r'
                    or (>= ' ' and <= '~')
                    or '\u0085'
                    or (>= '\u00a0' and < '\ufeff')
                    or (> '\ufeff' and <= '\ufffd')
            )
                continue;
            throw KubeconfigErrors.Invalid(
                path,
                1 + text.AsSpan(0, i).Count('\n'),
                $"the file contains the control character U+{(int)text[i]:X4}"
            );
        }
    }

    private static YamlNode Parse(string path, string text, List<string> warnings)
    {
        var scanner = new Scanner(new StringReader(text));
        try
        {
            var events = new KubeconfigEvents(new Parser(scanner));
            var yaml = new YamlStream();
            yaml.Load(events);
            warnings.AddRange(
                events.Duplicates.Select(duplicate =>
                    $"{path}:{duplicate.Place.Line}: the key '{duplicate.Key}' occurs more than once in its mapping. The last value is used."
                )
            );
            return yaml.Documents.Count == 0 ? new YamlMappingNode() : yaml.Documents[0].RootNode;
        }
        catch (AnchorNotFoundException e)
        {
            // YamlDotNet's message quotes the name, which may be a password that begins with an asterisk.
            throw KubeconfigErrors.Invalid(
                path,
                e.Start.Line,
                "an alias (*) refers to an anchor that does not exist; put a value that begins with * in quotes"
            );
        }
        // The scanner throws InvalidOperationException after an unclosed brace, and reports a tab at the start of the file.
        catch (Exception e) when (e is InvalidOperationException or SyntaxErrorException { Start.Index: 0 })
        {
            throw Broken(scanner.CurrentPosition, e as YamlException, e);
        }
        catch (YamlException e)
        {
            throw Broken(e.Start, e, e);
        }

        NodeManagerException Broken(Mark at, YamlException? said, Exception cause) =>
            KubeconfigErrors.Invalid(
                path,
                at.Line,
                $"the file is not valid YAML at column {at.Column}" + (said is null ? "" : $" ({said.Message.TrimEnd('.')})"),
                cause
            );
    }

    private static Dictionary<string, YamlSection> ByName(YamlSection root, string field)
    {
        Dictionary<string, YamlSection> sections = [];
        foreach ((string name, YamlSection section) in root.Named(field))
            if (!sections.TryAdd(name, section))
                throw section.Invalid("name", "occurs more than once in the list");
        return sections;
    }
}
