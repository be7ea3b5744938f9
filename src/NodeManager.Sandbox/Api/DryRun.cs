namespace NodeManager.Sandbox.Api;

internal static class DryRun
{
    /// <param name="values">What the request says.</param>
    /// <param name="options">How the API names the request's options.</param>
    /// <exception cref="ApiException">422: something else than <c>All</c>.</exception>
    public static bool IsAsked(IEnumerable<string> values, string options)
    {
        bool isAsked = false;
        foreach (string value in values)
        {
            if (value.Length == 0) continue;
            if (value != "All") throw ApiErrors.UnsupportedDryRun(options, value);
            isAsked = true;
        }

        return isAsked;
    }
}
