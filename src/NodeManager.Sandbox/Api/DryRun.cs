namespace NodeManager.Sandbox.Api;

internal static class DryRun
{
    /// <exception cref="ApiException">422: something else than <c>All</c>.</exception>
    public static bool IsAsked(IEnumerable<string> values)
    {
        bool isAsked = false;
        foreach (string value in values)
        {
            if (value.Length == 0) continue;
            if (value != "All") throw ApiErrors.UnsupportedListOption("dryRun", value, "All");
            isAsked = true;
        }

        return isAsked;
    }
}
