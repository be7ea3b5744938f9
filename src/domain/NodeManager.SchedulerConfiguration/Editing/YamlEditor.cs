using NodeManager.SchedulerConfigurations.Comparing;
using NodeManager.SchedulerConfigurations.Documents;
using YamlDotNet.Core;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>Changes a document. Each edited text is parsed and accepted only if it differs by exactly the edit.</summary>
public static class YamlEditor
{
    /// <summary>Applies the edits in order.</summary>
    /// <exception cref="NodeManagerException">An edit would change more than the requested part.</exception>
    public static SchedulerDocument Apply(SchedulerDocument document, IEnumerable<YamlEdit> edits) => edits.Aggregate(document, Apply);

    public static SchedulerDocument Apply(SchedulerDocument document, YamlEdit edit)
    {
        var intended = ValueEditor.Apply(YamlValue.Of(document.Root), edit);
        var text = TextEditor.Apply(document, edit);
        SchedulerDocument changed;
        try
        {
            changed = document.With(text);
        }
        catch (Exception exception) when (exception is YamlException or ArgumentOutOfRangeException)
        {
            throw Refused(document, edit, "the text would no longer be readable", exception);
        }

        if (ValueComparison.Compare(intended, YamlValue.Of(changed.Root)) is [var other, ..])
            throw Refused(
                document,
                edit,
                $"{(other.Path.Length > 0 ? other.Path : "more than the requested part")} would change too",
                null
            );
        for (var index = 0; index < document.Documents.Count; index++)
            if (
                index != document.Index
                && !YamlValue.Equals(YamlValue.Of(document.Documents[index]), YamlValue.Of(changed.Documents[index]))
            )
                throw Refused(document, edit, "another document of the text would change too", null);
        return changed;
    }

    private static NodeManagerException Refused(SchedulerDocument document, YamlEdit edit, string reason, Exception? cause) =>
        new(
            ErrorIds.SchedulerEditRefused,
            ErrorKind.InvalidOperation,
            $"{edit.Path} cannot be changed in this text: {reason}.",
            document,
            "Write the part out in plain block style, without anchors, and try again.",
            cause
        );
}
