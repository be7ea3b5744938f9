namespace NodeManager.Sandbox.Tests;

/// <summary>Documents that tests create.</summary>
internal static class Bodies
{
    /// <summary>A pod that no scheduler takes.</summary>
    public static string Pod(string name, string labels = "{}", string node = "") =>
        $$"""{"metadata":{"name":"{{name}}","labels":{{labels}}},"spec":{"schedulerName":"none","nodeName":"{{node}}","containers":[{"name":"c","image":"i"}]} }""";

    public static string Budget(string name, string app) =>
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"{{app}}"} } } }""";

    public static string Node(string name) => $$"""{"metadata":{"name":"{{name}}"} }""";
}
