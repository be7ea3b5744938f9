using NodeManager.Core.Progress;

namespace NodeManager.Pipeline;

/// <summary>Converts an operation's reports to progress records: one bar per activity, below its parent's.</summary>
internal sealed class ProgressRecords
{
    private readonly Dictionary<string, int> _ids = [];

    /// <summary>Null for the end of an activity without a bar.</summary>
    public ProgressRecord? Of(OperationProgress progress)
    {
        if (progress.Completed && !_ids.ContainsKey(progress.Key))
            return null;
        return new(IdOf(progress.Key), Escape(progress.Activity), Escape(progress.Status))
        {
            ParentActivityId = progress.Parent.Length == 0 ? -1 : IdOf(progress.Parent),
            PercentComplete = progress.PercentComplete,
            RecordType = progress.Completed ? ProgressRecordType.Completed : ProgressRecordType.Processing,
        };
    }

    private int IdOf(string key)
    {
        if (!_ids.TryGetValue(key, out int id))
            _ids[key] = id = _ids.Count + 1;
        return id;
    }

    // PowerShell rejects empty text.
    private static string Escape(string text) => text.Length == 0 ? " " : DisplayText.Escape(text);
}
