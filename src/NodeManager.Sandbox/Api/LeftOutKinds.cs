namespace NodeManager.Sandbox.Api;

/// <summary>Kinds of Kubernetes that the embedded cluster leaves out on purpose: whoever asks for one is told so, rather than that there is nothing.</summary>
internal static class LeftOutKinds
{
    private static readonly (string Group, string Plural)[] Known =
    [
        ("", "limitranges"), ("", "resourcequotas"), ("autoscaling", "horizontalpodautoscalers"), ("batch", "cronjobs"),
        ("certificates.k8s.io", "certificatesigningrequests"), ("networking.k8s.io", "ingresses"), ("networking.k8s.io", "networkpolicies"),
    ];

    /// <summary>404 in words of its own; null where the path is of no such kind.</summary>
    public static ApiException? Refuse(string path)
    {
        string[] steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string group, string[] rest) = steps switch
        {
            ["api", _, .. var core] => ("", core),
            ["apis", var named, _, .. var its] => (named, its),
            _ => ("", []),
        };
        string plural = rest switch
        {
            ["namespaces", _, var inside, ..] => inside,
            [var first, ..] => first,
            _ => "",
        };
        return Known.Contains((group, plural))
            ? new(404, "NotFound", $"the server could not find the requested resource: the embedded cluster has no {(group.Length == 0 ? plural : $"{plural}.{group}")}")
            : null;
    }
}
