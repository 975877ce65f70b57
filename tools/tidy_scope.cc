// A clang-tidy plugin that makes it look at the project's own declarations only.
//
// clang-tidy matches every check against every declaration of a translation unit, those of Boost
// and the standard library too, and then throws away what it found there: 80 % of its time on a
// small file. Narrowing the traversal (as clangd does) before the checks run finds the same in our
// code. tools/tidy.py builds it and loads it.
#include <clang/AST/ASTConsumer.h>
#include <clang/AST/ASTContext.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendPluginRegistry.h>

#include <memory>
#include <string>
#include <vector>

namespace {

class NarrowScope : public clang::ASTConsumer {
 public:
  bool HandleTopLevelDecl(clang::DeclGroupRef group) override {
    for (clang::Decl* declaration : group) {
      const clang::SourceManager& sources = declaration->getASTContext().getSourceManager();
      const clang::SourceLocation begin = sources.getExpansionLoc(declaration->getBeginLoc());
      if (!sources.isInSystemHeader(begin)) own_.push_back(declaration);
    }
    return true;
  }

  void HandleTranslationUnit(clang::ASTContext& context) override {
    context.setTraversalScope(own_);
  }

 private:
  std::vector<clang::Decl*> own_;
};

class NarrowScopeAction : public clang::PluginASTAction {
 protected:
  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance&,
                                                        llvm::StringRef) override {
    return std::make_unique<NarrowScope>();
  }
  bool ParseArgs(const clang::CompilerInstance&, const std::vector<std::string>&) override {
    return true;
  }
  ActionType getActionType() override { return AddBeforeMainAction; }
};

const clang::FrontendPluginRegistry::Add<NarrowScopeAction> registered(
    "narrow-scope", "match checks against the project's own declarations only");

}  // namespace
