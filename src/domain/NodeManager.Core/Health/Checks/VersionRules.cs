using System.Globalization;

namespace NodeManager.Core.Health.Checks;

/// <summary>Checks the version skew of kubelet and control plane. Source: https://kubernetes.io/releases/version-skew-policy/</summary>
internal static class VersionRules
{
    // From 1.28 on, a kubelet may be three minor versions older; before, two.
    private const int WiderFrom = 28;

    public static IEnumerable<HealthSignal> Judge(HealthInput input)
    {
        string kubelet = input.Node.Status.NodeInfo?.KubeletVersion ?? "";
        if (Parse(kubelet) is not { } node || Parse(input.ServerVersion) is not { } server || node.Major != server.Major)
            yield break;
        int allowed = server.Minor >= WiderFrom ? 3 : 2;
        int older = server.Minor - node.Minor;
        if (older >= 0 && older <= allowed)
            yield break;
        string message =
            older < 0
                ? $"The kubelet is newer than the API server: {kubelet} and {input.ServerVersion}."
                : $"The kubelet is {older} minor versions older than the API server: {kubelet} and {input.ServerVersion}; {allowed} are supported.";
        yield return new(
            NodeFindingCause.VersionSkew,
            NodeFindingSeverity.Warning,
            message,
            null,
            [
                new()
                {
                    Kind = "Version",
                    Name = kubelet,
                    Message = $"kubelet {kubelet}, API server {input.ServerVersion}",
                },
            ]
        );
    }

    /// <summary>1 and 34 for <c>v1.34.2+k3s1</c>; null if the text is not a version.</summary>
    public static (int Major, int Minor)? Parse(string version)
    {
        string[] parts = version.TrimStart('v').Split('.', 3);
        return
            parts.Length > 1
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major)
            && int.TryParse(
                string.Concat(parts[1].TakeWhile(char.IsAsciiDigit)),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int minor
            )
            ? (major, minor)
            : null;
    }
}
