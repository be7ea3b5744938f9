using System.Text;
using System.Text.Json;
using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Documents;

/// <summary>A text with a <c>KubeSchedulerConfiguration</c>, alone or in a stream of documents, and its parsed tree.</summary>
public sealed class SchedulerDocument
{
    public const string Kind = "KubeSchedulerConfiguration";
    public const string Group = "kubescheduler.config.k8s.io";

    private SchedulerDocument(string text, IReadOnlyList<YamlNode> documents, int index)
    {
        Text = text;
        Documents = documents;
        Index = index;
        Root = documents[index];
        Profiles = ReadProfiles();
    }

    public string Text { get; }

    /// <summary>The roots of the text's documents, including empty ones, up to the first syntax error.</summary>
    public IReadOnlyList<YamlNode> Documents { get; }

    /// <summary>Kubernetes reads a text that begins with a brace as JSON.</summary>
    public bool IsJson => Text.AsSpan().TrimStart().StartsWith("{");

    /// <summary>The index of the configuration, from 0.</summary>
    public int Index { get; }

    public YamlNode Root { get; }

    /// <summary><c>kubescheduler.config.k8s.io/v1</c>; empty if missing.</summary>
    public string ApiVersion => Root.Value("apiVersion")?.Text ?? "";

    /// <summary>The profiles as written; without any, one for the default.</summary>
    public IReadOnlyList<SchedulerProfile> Profiles { get; }

    /// <exception cref="NodeManagerException">It is not YAML, or contains no scheduler configuration.</exception>
    public static SchedulerDocument Parse(string text, string source = "the configuration")
    {
        // The scheduler reads the first document. The rest need not even be YAML.
        var documents = YamlTreeReader.Read(text, out var fault);
        for (var index = 0; index < documents.Count; index++)
            if (documents[index].Kind == YamlNodeKind.Mapping && documents[index].Value("kind")?.Text == Kind)
                return new SchedulerDocument(text, documents, index).AsKubernetesReadsIt(source);
        if (fault is not null)
            throw Unreadable(source, "YAML", fault.End.Line, fault.End.Column, fault.Message, fault);
        throw new NodeManagerException(
            ErrorIds.SchedulerConfigurationNotFound,
            ErrorKind.ObjectNotFound,
            documents.All(root => root.IsAbsent) ? $"{source} is empty." : $"{source} contains no document of kind {Kind}.",
            source,
            $"Specify a text with 'apiVersion: {Group}/v1' and 'kind: {Kind}'."
        );
    }

    /// <summary>The line of a path, from 1; 0 if it is missing.</summary>
    public int Line(YamlPath path) => path.Find(Root) is { } node ? TextLines.LineNumber(Text, node.Start) : 0;

    /// <summary>The same document with another text.</summary>
    internal SchedulerDocument With(string text)
    {
        var documents = YamlTreeReader.Read(text, out var fault);
        return documents.Count > Index ? new(text, documents, Index) : throw fault ?? new YamlException("the document no longer exists");
    }

    // YAML parsers accept JSON, trailing commas and comments included.
    private SchedulerDocument AsKubernetesReadsIt(string source)
    {
        if (IsJson)
        {
            try
            {
                using var _ = JsonDocument.Parse(Encoding.UTF8.GetBytes(Text.TrimStart('\uFEFF')));
            }
            catch (JsonException exception)
            {
                throw Unreadable(
                    source,
                    "JSON",
                    (exception.LineNumber ?? 0) + 1,
                    (exception.BytePositionInLine ?? 0) + 1,
                    exception.Message,
                    exception
                );
            }
        }
        else if (FirstEscapeFault(Root) is ({ } scalar, { } reason))
        {
            var mark = TextLines.Mark(Text, scalar.Start);
            throw Unreadable(source, "YAML", mark.Line, mark.Column, reason, null);
        }

        return this;
    }

    private (YamlNode? Scalar, string? Reason) FirstEscapeFault(YamlNode node)
    {
        if (node is { Kind: YamlNodeKind.Scalar, Style: ScalarStyle.DoubleQuoted })
            return YamlCharacters.CheckEscapes(Text.AsSpan(node.ContentStart, node.End - node.ContentStart), node.Text) is { } reason
                ? (node, reason)
                : default;
        return node
            .Entries.SelectMany(entry => new[] { entry.Key, entry.Value })
            .Concat(node.Items)
            .Select(FirstEscapeFault)
            .FirstOrDefault(fault => fault.Scalar is not null);
    }

    private static NodeManagerException Unreadable(string source, string format, long line, long column, string reason, Exception? cause) =>
        new(
            ErrorIds.SchedulerConfigurationInvalid,
            ErrorKind.InvalidData,
            $"{source} is not {format} that kube-scheduler reads: line {line}, column {column}: {reason}",
            source,
            "Correct the text at that line.",
            cause
        );

    private List<SchedulerProfile> ReadProfiles()
    {
        var written = Root.Value("profiles");
        if (written is not { Kind: YamlNodeKind.Sequence, Items.Count: > 0 })
            return [new SchedulerProfile(0, SchedulerProfile.DefaultName, null)];
        var only = written.Items.Count == 1;
        return
        [
            .. written.Items.Select(
                (item, index) =>
                {
                    var node = item.Resolved;
                    var name = node.Value("schedulerName") is { IsNull: false } text ? text.Text : null;
                    return new SchedulerProfile(index, name ?? (only ? SchedulerProfile.DefaultName : ""), node);
                }
            ),
        ];
    }
}
