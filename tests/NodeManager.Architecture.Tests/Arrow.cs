namespace NodeManager.Architecture.Tests;

/// <summary>A type in one folder of <c>src</c> that uses a type in another.</summary>
/// <param name="From">The folder that uses, as <c>NodeManager.Sandbox/Api/Reading</c>.</param>
/// <param name="To">The folder that is used.</param>
/// <param name="Type">The type that uses.</param>
/// <param name="Used">The type that is used.</param>
internal readonly record struct Arrow(string From, string To, string Type, string Used)
{
    public override string ToString() => $"{From} -> {To}: {Type} uses {Used}";
}
