namespace NodeManager.Maintenance.Options;

/// <summary>The command that resumes a run.</summary>
public static class ResumeCommand
{
    private const int LongestScript = 60;

    /// <param name="run">Its id.</param>
    /// <param name="request">What it was begun with.</param>
    public static string Of(string run, MaintenanceRequest request) =>
        Of(run, request.Namespace, request.WorkText.Length > 0 ? request.WorkText : null)
        + (request.WorkText.Length > 0 && request.IsWorkParallel ? " -Parallel" : "");

    /// <param name="run">Its id.</param>
    /// <param name="ns">Where it is kept.</param>
    /// <param name="script">
    /// The text of its script block, which has to be given again: a short one stands in the command, in place of others a variable does,
    /// without which the command does nothing. Null where the run has none; empty where its text is not known.
    /// </param>
    public static string Of(string run, string ns, string? script)
    {
        string place = ns == MaintenanceRequest.DefaultNamespace ? "" : $" -Namespace {ns}";
        string text = script?.Trim() ?? "";
        string work =
            script is null ? ""
            : text.Length is > 0 and <= LongestScript && !text.Contains('\n', StringComparison.Ordinal) ? $" -ScriptBlock {{ {text} }}"
            : " -ScriptBlock $theSameScriptBlock";
        return $"Invoke-NodeMaintenance -ResumeId {run}{place}{work}";
    }
}
