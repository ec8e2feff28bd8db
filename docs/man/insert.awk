# insert.awk OPTIONS PAGE: the page with the options between its two marks.
NR == FNR { options = options $0 "\n"; next }
/^\.\\" What follows is printed/ { print; printf "%s", options; inside = 1; next }
/^\.\\" Here it ends/ { inside = 0 }
!inside
