namespace NodeManager.Sandbox.Seeding;

/// <summary>What a pod does not have in common with the others of its workload.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its UID.</param>
/// <param name="Node">The name of its node.</param>
/// <param name="Zone">Of its node.</param>
/// <param name="HostAddress">Of its node.</param>
/// <param name="Address">Its own.</param>
internal readonly record struct PodTexts(string Name, string Uid, string Node, string Zone, string HostAddress, string Address);
