namespace NodeManager.Maintenance.Options;

/// <summary>The command that resumes a run.</summary>
public static class ResumeCommand
{
    private const int LongestScript = 60;

    public static string Of(string run, MaintenanceRequest request) =>
        Of(run, request.Namespace, request.WorkText.Length > 0 ? request.WorkText : null)
        + (request.WorkText.Length > 0 && request.IsWorkParallel ? " -Parallel" : "");

    /// <param name="script">
    /// The text of its script block, which has to be passed again: inline if it is short, otherwise as a variable that the user sets first.
    /// Null if the run has none; empty if its text is unknown.
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
