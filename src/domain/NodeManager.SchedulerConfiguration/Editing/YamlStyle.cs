using NodeManager.SchedulerConfigurations.Documents;

namespace NodeManager.SchedulerConfigurations.Editing;

/// <summary>The layout of a document, detected from its text.</summary>
/// <param name="Step">The indentation of nested mappings.</param>
/// <param name="ListStep">The indentation of a list's dashes from their key: 0 in Kubernetes' own style.</param>
/// <param name="LineBreak">LF or CR LF.</param>
internal sealed record YamlStyle(int Step, int ListStep, string LineBreak)
{
    public static YamlStyle Of(SchedulerDocument document)
    {
        var steps = new List<int>();
        var listSteps = new List<int>();
        Collect(document.Text, document.Root, steps, listSteps);
        return new YamlStyle(Maximum(steps, 2), Maximum(listSteps, 0), TextLines.LineBreak(document.Text));
    }

    private static void Collect(string text, YamlNode node, List<int> steps, List<int> listSteps)
    {
        foreach (var item in node.Items)
            Collect(text, item, steps, listSteps);
        foreach (var (key, value) in node.Entries)
        {
            if (!node.IsFlow && !value.IsFlow && TextLines.IsFirstInLine(text, value.ContentStart))
            {
                var difference = TextLines.Column(text, value.ContentStart) - TextLines.Column(text, key.Start);
                if (value.Kind == YamlNodeKind.Mapping)
                    steps.Add(difference);
                else if (value.Kind == YamlNodeKind.Sequence)
                    listSteps.Add(difference);
            }

            Collect(text, value, steps, listSteps);
        }
    }

    private static int Maximum(List<int> found, int otherwise) =>
        found.Count == 0 ? otherwise : found.GroupBy(step => step).OrderByDescending(group => group.Count()).First().Key;
}
