using YamlDotNet.Core;

namespace NodeManager.Core.Scheduler.Documents;

/// <summary>A text that holds a <c>KubeSchedulerConfiguration</c>, alone or as one of a stream's documents, with the tree read from it.</summary>
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

    /// <summary>The roots of the text's documents that hold anything.</summary>
    public IReadOnlyList<YamlNode> Documents { get; }

    /// <summary>Which of them is the configuration, from 0.</summary>
    public int Index { get; }

    public YamlNode Root { get; }

    /// <summary><c>kubescheduler.config.k8s.io/v1</c>; empty where it is not said.</summary>
    public string ApiVersion => Root.Value("apiVersion")?.Text ?? "";

    /// <summary>The profiles as written; one that stands for the default where none is.</summary>
    public IReadOnlyList<SchedulerProfile> Profiles { get; }

    /// <summary>Reads a text.</summary>
    /// <exception cref="NodeManagerException">It is not YAML, or holds no scheduler configuration.</exception>
    public static SchedulerDocument Parse(string text, string source = "the configuration")
    {
        IReadOnlyList<YamlNode> documents;
        try
        {
            documents = YamlTreeReader.Read(text);
        }
        catch (YamlException exception)
        {
            throw new NodeManagerException(ErrorIds.SchedulerConfigurationInvalid, ErrorKind.InvalidData,
                $"{source} is not YAML: line {exception.Start.Line}, column {exception.Start.Column}: {exception.Message}",
                source, "Mend the text at that line.", exception);
        }

        for (var index = 0; index < documents.Count; index++)
            if (documents[index].Kind == YamlNodeKind.Mapping && documents[index].Value("kind")?.Text == Kind)
                return new SchedulerDocument(text, documents, index);
        throw new NodeManagerException(ErrorIds.SchedulerConfigurationNotFound, ErrorKind.ObjectNotFound,
            documents.Count == 0 ? $"{source} is empty." : $"{source} holds no document of kind {Kind}.",
            source, $"Give a text with 'apiVersion: {Group}/v1' and 'kind: {Kind}'.");
    }

    /// <summary>The line of a path, from 1; 0 where nothing is written.</summary>
    public int Line(YamlPath path) => path.Find(Root) is { } node ? TextLines.LineNumber(Text, node.Start) : 0;

    /// <summary>The same document with another text.</summary>
    internal SchedulerDocument With(string text) => new(text, YamlTreeReader.Read(text), Index);

    private List<SchedulerProfile> ReadProfiles()
    {
        var written = Root.Value("profiles");
        if (written is not { Kind: YamlNodeKind.Sequence, Items.Count: > 0 })
            return [new SchedulerProfile(0, SchedulerProfile.DefaultName, null)];
        var only = written.Items.Count == 1;
        return [.. written.Items.Select((item, index) =>
        {
            var node = item.Resolved;
            var name = node.Value("schedulerName");
            return new SchedulerProfile(index, name is null && only ? SchedulerProfile.DefaultName : name?.Text ?? "", node);
        })];
    }
}
