using NodeManager.Kubernetes.Quantities;

namespace NodeManager.Core.Placement;

/// <summary>Builds the pod to place from a user's request.</summary>
public static class PodRequest
{
    /// <param name="resources">
    /// Amounts by resource name: <c>cpu</c> <c>500m</c>, <c>memory</c> <c>4Gi</c>, <c>nvidia.com/gpu</c> <c>1</c>.
    /// </param>
    /// <param name="tolerations"><c>key=value:Effect</c>, <c>key:Effect</c>, <c>key</c>, or <c>*</c> for every taint.</param>
    /// <exception cref="NodeManagerException">InvalidQuantity, InvalidTaint.</exception>
    public static Pod Of(IEnumerable<KeyValuePair<string, string>> resources, IEnumerable<string> tolerations)
    {
        Dictionary<string, Quantity> requests = resources.ToDictionary(static r => r.Key, static r => Amount(r.Key, r.Value));
        return new()
        {
            Spec = new()
            {
                Containers =
                    requests.Count > 0
                        ?
                        [
                            new()
                            {
                                Name = "request",
                                Resources = new() { Requests = requests },
                            },
                        ]
                        : [],
                Tolerations = [.. tolerations.Select(Toleration)],
            },
        };
    }

    /// <summary>Adds tolerations to the pod.</summary>
    /// <exception cref="NodeManagerException">InvalidTaint.</exception>
    public static Pod Tolerating(this Pod pod, IEnumerable<string> tolerations)
    {
        pod.Spec.Tolerations = [.. pod.Spec.Tolerations ?? [], .. tolerations.Select(Toleration)];
        return pod;
    }

    private static Quantity Amount(string resource, string text) =>
        Quantity.TryParse(text, out Quantity amount) && amount.Value >= 0
            ? amount
            : throw new NodeManagerException(
                ErrorIds.InvalidQuantity,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid amount of {resource}.",
                text,
                "Specify a number of zero or more, or a Kubernetes quantity such as 500m, 2, 4Gi."
            );

    private static Toleration Toleration(string text)
    {
        if (text == "*")
            return new() { Operator = "Exists" };
        string[] effectOf = text.Split(':');
        string[] valueOf = effectOf[0].Split('=');
        string? effect = effectOf.Length > 1 ? effectOf[1] : null;
        if (
            effectOf.Length > 2
            || valueOf.Length > 2
            || valueOf[0].Length == 0
            || effect is not (null or "NoSchedule" or "PreferNoSchedule" or "NoExecute")
        )
        {
            throw new NodeManagerException(
                ErrorIds.InvalidTaint,
                ErrorKind.InvalidArgument,
                $"'{text}' is not a valid toleration.",
                text,
                "Specify key=value:Effect, key:Effect, key, or *. Effects are NoSchedule, PreferNoSchedule and NoExecute."
            );
        }

        return new()
        {
            Key = valueOf[0],
            Operator = valueOf.Length > 1 ? "Equal" : "Exists",
            Value = valueOf.Length > 1 ? valueOf[1] : null,
            Effect = effect,
        };
    }
}
