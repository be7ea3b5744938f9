namespace NodeManager.Sandbox.Api.Writing;

internal static class DryRun
{
    /// <summary>Whether nothing is stored; adds an error for values other than <c>All</c>.</summary>
    public static bool Check(IEnumerable<string> values, FieldErrors errors)
    {
        string[] all = [.. values];
        if (all.Any(static value => value != "All"))
        {
            string list = string.Join(errors.Minor < FieldErrors.JsonValuesFrom ? ", " : ",", all.Select(static value => $"\"{value}\""));
            errors.NotSupported("dryRun", errors.Minor < FieldErrors.JsonValuesFrom ? $"[]string{{{list}}}" : $"[{list}]", "All");
        }

        return all.Length > 0;
    }
}
