using System.Globalization;
using NodeManager.Kubernetes.Models;

namespace NodeManager.Sandbox.Kubelet.Pods;

/// <summary>
/// Images that cannot be pulled: those of the registry <c>missing.invalid</c>, which no cluster reaches. Source:
/// k8s.io/kubernetes/pkg/kubelet/images.
/// </summary>
internal static class ImagePulls
{
    public const string Failed = "ErrImagePull";
    public const string BackOff = "ImagePullBackOff";
    public const string BackOffEvent = "BackOff";
    public const string NeverPulled = "ErrImageNeverPull";
    private const string Registry = "missing.invalid";
    private const int FirstBackOff = 10;
    private const int LongestBackOff = 300;

    public static bool IsMissing(string? image) => image?.StartsWith(Registry + "/", StringComparison.Ordinal) == true;

    public static bool HasMissing(Pod pod) => pod.Spec.Containers.Exists(static container => IsMissing(container.Image));

    /// <summary>The seconds before another attempt: 10, doubled each time up to 300.</summary>
    public static int BackOffSeconds(int attempts) => Math.Min(LongestBackOff, FirstBackOff << Math.Clamp(attempts - 1, 0, 5));

    /// <summary>The state of a container whose image is missing.</summary>
    public static JsonObject Waiting(JsonObject container, bool isBackedOff)
    {
        string image = container.Text("image") ?? "";
        (string reason, string message) =
            container.Text("imagePullPolicy") == "Never"
                ? (NeverPulled, $"Container image \"{image}\" is not present with pull policy of Never")
            : isBackedOff ? (BackOff, $"Back-off pulling image \"{image}\": ErrImagePull: {Cause(image)}")
            : (Failed, Cause(image));
        return new()
        {
            ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message },
        };
    }

    public static string Cause(string image) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": lookup {Registry}: no such host"
        );
}
