namespace NodeManager.Scheduling.Filters;

internal readonly record struct HostPort(string Address, string Protocol, int Number)
{
    private const string Any = "0.0.0.0";

    public static IEnumerable<HostPort> Of(Pod pod)
    {
        IEnumerable<Container> sidecars = pod.Spec.InitContainers?.Where(container => container.RestartPolicy == "Always") ?? [];
        foreach (Container container in pod.Spec.Containers.Concat(sidecars))
        foreach (ContainerPort port in container.Ports ?? [])
        {
            int number = port.HostPort ?? (pod.Spec.HostNetwork == true ? port.Number : 0);
            if (number > 0)
                yield return new(string.IsNullOrEmpty(port.HostIP) ? Any : port.HostIP, port.Protocol ?? "TCP", number);
        }
    }

    public bool Conflicts(HostPort other) =>
        Number == other.Number && Protocol == other.Protocol && (Address == other.Address || Address == Any || other.Address == Any);
}
