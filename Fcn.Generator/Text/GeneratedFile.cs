namespace Fcn.Generator.Text;

/// One file of generated C#. HintName: Fcn.Models.Fcn8s.g.cs. The second value-equatable boundary.
internal sealed record GeneratedFile(string HintName, string Text);
