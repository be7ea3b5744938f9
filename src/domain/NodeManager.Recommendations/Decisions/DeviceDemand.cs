using System.Text.RegularExpressions;

namespace NodeManager.Recommendations.Decisions;

/// <summary>
/// What the ResourceClaims of a pod request, where that is a number of devices of one driver. Claims are judged only if each device of the
/// driver is as good as another one; for all others, the pod keeps them with the reason.
/// </summary>
internal sealed partial class DeviceDemand
{
    private readonly DeviceInput _input;
    private readonly Dictionary<string, ResourceClaim> _claims;
    private readonly Dictionary<string, ResourceClaimTemplate> _templates;
    private readonly Dictionary<string, DeviceClass> _classes;
    private readonly Dictionary<string, int> _users;

    public DeviceDemand(DeviceInput input, IReadOnlyList<Pod> pods)
    {
        _input = input;
        _claims = input.Claims.ToDictionary(KeyOf, StringComparer.Ordinal);
        _templates = input.Templates.ToDictionary(KeyOf, StringComparer.Ordinal);
        _classes = input.Classes.ToDictionary(static one => one.Metadata.Name, StringComparer.Ordinal);
        _users = pods.Where(static pod => !pod.IsFinished())
            .SelectMany(static pod =>
                (pod.Spec.ResourceClaims ?? []).Select(claim => $"{pod.Metadata.Namespace}/{claim.ResourceClaimName}")
            )
            .CountBy(static key => key, StringComparer.Ordinal)
            .ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>The devices by driver; or the first claim that cannot be judged, and why, as the end of a sentence.</summary>
    public (IReadOnlyDictionary<string, long> Devices, PodResourceClaim? Claim, string Problem) Of(Pod pod)
    {
        Dictionary<string, long> devices = new(StringComparer.Ordinal);
        foreach (PodResourceClaim claim in pod.Spec.ResourceClaims ?? [])
        {
            (string driver, long count, string problem) = Judge(pod, claim);
            if (problem.Length > 0)
                return (devices, claim, problem);
            devices[driver] = devices.GetValueOrDefault(driver) + count;
        }

        return (devices, null, "");
    }

    private (string Driver, long Count, string Problem) Judge(Pod pod, PodResourceClaim claim)
    {
        (string, long, string) No(string problem) => ("", 0, problem);
        if (_input.Problem.Length > 0)
            return No(_input.Problem);
        ResourceClaimSpec spec;
        if (claim.ResourceClaimTemplateName is { Length: > 0 } template)
        {
            if (!_templates.TryGetValue($"{pod.Metadata.Namespace}/{template}", out ResourceClaimTemplate? found))
                return No($"ResourceClaimTemplate '{template}' does not exist");
            spec = found.Spec.Spec;
        }
        else
        {
            string key = $"{pod.Metadata.Namespace}/{claim.ResourceClaimName}";
            if (!_claims.TryGetValue(key, out ResourceClaim? found))
                return No($"ResourceClaim '{claim.ResourceClaimName}' does not exist");
            if (_users.GetValueOrDefault(key) > 1)
                return No($"ResourceClaim '{claim.ResourceClaimName}' is shared by {_users[key]} pods");
            if (string.IsNullOrEmpty(pod.Spec.NodeName) && found.Status.Allocation is not null)
                return No($"the devices of ResourceClaim '{claim.ResourceClaimName}' are allocated already");
            spec = found.Spec;
        }

        if (spec.Devices.Constraints is { Count: > 0 })
            return No("the claim has constraints between devices");
        if (spec.Devices.Requests is not [var request])
            return No($"the claim has {spec.Devices.Requests?.Count ?? 0} requests, and one can be judged");
        if (request.FirstAvailable is { Count: > 0 })
            return No("the claim has alternatives (firstAvailable)");
        DeviceRequestDetails details = request.Exactly ?? request;
        string mode = details.AllocationMode is { Length: > 0 } given ? given : "ExactCount";
        if (mode != "ExactCount")
            return No($"the claim has allocationMode {mode}");
        if (details.AdminAccess == true)
            return No("the claim has adminAccess");
        if (details.Selectors is { Count: > 0 })
            return No("the claim selects devices by CEL");
        if (details.Capacity is not null)
            return No("the claim requests a part of a device");
        if (!_classes.TryGetValue(details.DeviceClassName ?? "", out DeviceClass? type))
            return No($"DeviceClass '{details.DeviceClassName}' does not exist");
        string? driver =
            type.Spec.Selectors is [{ Cel.Expression: var expression }] && Driver().Match(expression) is { Success: true } match
                ? match.Groups["name"].Value
                : null;
        if (driver is null)
            return No($"DeviceClass '{details.DeviceClassName}' does not select devices by device.driver == \"NAME\" alone");
        return (driver, details.Count is > 0 and var count ? count : 1, "");
    }

    private static string KeyOf(KubernetesObject item) => $"{item.Metadata.Namespace}/{item.Metadata.Name}";

    [GeneratedRegex("""^\s*device\.driver\s*==\s*(?<quote>["'])(?<name>[a-z0-9.-]+)\k<quote>\s*$""")]
    private static partial Regex Driver();
}
